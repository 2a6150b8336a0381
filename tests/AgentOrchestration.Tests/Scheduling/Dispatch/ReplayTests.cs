using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>A run of which only the first facts are left, wherever its process died.</summary>
public sealed class ReplayTests
{
    private static readonly TaskGraph Graph = GraphOf.Plan(plan => plan.Add("only", "work"), options: options =>
    {
        options.Timeout = TimeSpan.FromSeconds(1);
        options.Retry.MaxAttempts = 1;
    });

    [Theory]
    [InlineData(false, "TimeoutException")]
    [InlineData(true, null)]
    public void An_attempt_that_had_to_stop_is_not_started_again_wherever_its_process_died(bool isCancelled, string? error)
    {
        RunFact[] facts = FactsOfAbandonedAttempt(isCancelled);
        int first = Array.FindIndex(facts, fact => fact.Kind is RunFactKind.AttemptTimedOut or RunFactKind.SubtaskCancelRequested) + 1;
        Assert.Contains(facts, fact => fact.Kind == RunFactKind.AttemptAbandoned);
        for (int count = first; count < facts.Length; count++)
        {
            DispatchCore core = NewCore();
            foreach (RunFact fact in facts.Take(count))
            {
                core.Replay(fact);
            }

            var commands = new HostCommands();
            core.Resume(facts[count - 1].Time, commands);

            Assert.Empty(commands.Starts);
            Assert.True(core.State.IsEnded);
            Assert.Equal((isCancelled ? SubtaskState.Cancelled : SubtaskState.Failed, error), (core.State.StateOf(0), core.State.LatestErrorOf(0)?.Kind.Split('.')[^1]));
        }
    }

    private static RunFact[] FactsOfAbandonedAttempt(bool isCancelled)
    {
        DispatchCore core = NewCore();
        var commands = new HostCommands();
        core.Start(0, commands);
        if (isCancelled)
        {
            core.CancelSubtask(0, 0, commands);
        }

        while (commands.Others.Find(command => command.Kind == HostCommandKind.WakeAttempt) is { DueAt: > 0 } wake)
        {
            commands.Clear();
            core.AttemptDue(0, attempt: 1, lastProgress: 0, mayRetry: true, wake.DueAt, commands);
        }

        return [.. Enumerable.Range(0, core.State.History.Count).Select(index => core.State.History[index])];
    }

    private static DispatchCore NewCore() => new(Graph, RunResources.Alone(new ResourcePools([])), "run", new RunOptions());
}
