using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>Who hears every run: what happened in another process is no news.</summary>
public sealed class ResumedSinkTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_resumed_run_tells_its_past_as_past_and_what_is_new_as_new()
    {
        Func<CancellationToken, Task> hold = stop => Task.Delay(Timeout.Infinite, stop);
        DurableHost host = new(builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddTaskType("hold", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await hold(stop);
                return 1;
            }));
        var before = new Sink();
        await using (ServiceProvider process = host.NewProcess(also: builder => builder.Services.AddSingleton<IRunEventSink>(before)))
        {
            OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("hold", "hold", after: [plan.Add("first", "work")])), TestEnd);
            await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "hold");
            await run.DisposeAsync();
            await before.Detached;
        }

        hold = _ => Task.CompletedTask;
        var after = new Sink();
        await using ServiceProvider next = host.NewProcess(also: builder => builder.Services.AddSingleton<IRunEventSink>(after));
        await using (OrchestrationRun resumed = await DurableHost.OrchestratorOf(next).ResumeAsync(await host.OnlyRunIdAsync(), TestEnd))
        {
            Assert.Equal(RunOutcome.Succeeded, (await resumed.EndAsync()).Outcome);
        }

        Assert.Equal(["RunStarted", "AttemptStarted", "SubtaskSucceeded", "AttemptStarted"], before.New);
        Assert.Equal(before.New, after.Past);
        Assert.Equal(["AttemptInterrupted", "AttemptStarted", "SubtaskSucceeded", "RunEnded"], after.New);
    }

    private sealed class Sink : IRunEventSink
    {
        private readonly TaskCompletionSource _detached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Past { get; } = [];

        public List<string> New { get; } = [];

        public Task Detached => _detached.Task;

        public bool IsEnabled => true;

        public void OnEvent(string runId, RunEvent runEvent) => New.Add(runEvent.GetType().Name);

        public void OnReplayed(string runId, RunEvent runEvent) => Past.Add(runEvent.GetType().Name);

        public void OnDetached(string runId) => _detached.TrySetResult();
    }
}
