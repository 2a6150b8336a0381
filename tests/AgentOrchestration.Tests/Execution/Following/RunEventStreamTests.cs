using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Following;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Execution.Following;

public sealed class RunEventStreamTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tick_that_comes_before_its_fact_is_in_the_journal_is_waited_for_without_spinning()
    {
        var state = new RunState(GraphOf.Plan(plan => plan.Add("only", "work")));
        state.History.HoldBack();
        state.History.Append(new RunFact(RunFactKind.RunStarted, 1));
        state.History.Append(new RunFact(RunFactKind.AttemptStarted, 2, subtask: 0, attempt: 1));
        state.History.Show(1);
        var ticks = new RunTicks();
        ticks.Add(new ProgressReported(0.5, null) { Sequence = 1, Time = default, SubtaskId = "only" }, attempt: 1);
        var signal = new RunSignal(WorkerPool.Shared);
        await using IAsyncEnumerator<RunEvent> reader = new RunEventStream(state.History, ticks, new RunEventFactory("run", state.Graph), signal).ReadAsync(from: 0, TestEnd).GetAsyncEnumerator(TestEnd);
        Assert.True(await reader.MoveNextAsync());

        // One that spins does not come back from this call.
        Task<bool> next = await Task.Factory.StartNew(() => reader.MoveNextAsync().AsTask(), TestEnd, TaskCreationOptions.None, TaskScheduler.Default).WaitAsync(TimeSpan.FromMinutes(1), TestEnd);
        Assert.False(next.IsCompleted);

        state.History.Show(2);
        signal.Raise();
        Assert.True(await next);
        Assert.IsType<AttemptStarted>(reader.Current);
        Assert.True(await reader.MoveNextAsync());
        Assert.IsType<ProgressReported>(reader.Current);
    }
}
