using AgentOrchestration.Execution.Following;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>The run as its followers see it: its events and its snapshot.</summary>
internal sealed class RunView(RunEnvironment run, RunTicks ticks, RunResources resources, RunGrowth growth)
{
    private readonly RunEventFactory _events = new(run.RunId, run.Graph);
    private readonly RunEnvironment _run = run;
    private readonly RunTicks _ticks = ticks;

    public IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken) =>
        new RunEventStream(_run.History, _ticks, _events, _run.Signal).ReadAsync(from, cancellationToken);

    public RunSnapshot GetSnapshot()
    {
        RunSnapshot snapshot = RunSnapshot.Fold(Enumerable.Range(0, _run.History.Visible).Select(index => _events.Create(_run.History[index], index)));
        if (growth.NeedsResources)
        {
            snapshot = snapshot with { ResourceWaits = resources.Waits() };
        }

        return _ticks.Count == 0
            ? snapshot
            : snapshot with { Subtasks = [.. snapshot.Subtasks.Select(subtask => subtask with { Progress = ProgressOf(subtask) })] };
    }

    /// <summary>Of attempts that run, or have run, beside each other, the latest is not always the one that is shown.</summary>
    private double? ProgressOf(SubtaskSnapshot subtask) => subtask.Hedges.Count == 0
        ? _ticks.ProgressOf(subtask.Subtask.Id, subtask.Attempts)
        : subtask.AttemptIntervals.Index()
            .Where(attempt => attempt.Item.EndedAt is null || subtask.EndedAt is not null)
            .Select(attempt => _ticks.ProgressOf(subtask.Subtask.Id, attempt.Index + 1))
            .FirstOrDefault(static progress => progress is not null);
}
