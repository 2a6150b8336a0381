using System.Collections.Concurrent;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;

namespace AgentOrchestration.Monitoring;

/// <summary>The runs that a sink hears, each as it is so far. Safe for concurrent use by several runs.</summary>
internal sealed class FoldedRuns
{
    private readonly ConcurrentDictionary<string, RunSnapshotBuilder> _runs = new(StringComparer.Ordinal);

    /// <summary>Applies an event. With its end a run is forgotten.</summary>
    /// <returns>The run, or <see langword="null"/> when its start was not heard.</returns>
    public RunSnapshotBuilder? Apply(string runId, RunEvent runEvent)
    {
        if (runEvent is RunStarted started)
        {
            return _runs[runId] = new RunSnapshotBuilder(started);
        }

        RunSnapshotBuilder? run = _runs.GetValueOrDefault(runId);
        run?.Apply(runEvent);
        if (runEvent is RunEnded)
        {
            Forget(runId);
        }

        return run;
    }

    public void Forget(string runId) => _runs.TryRemove(runId, out _);
}
