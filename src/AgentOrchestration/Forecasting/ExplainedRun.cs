using AgentOrchestration.Graph;

namespace AgentOrchestration.Forecasting;

/// <summary>A run of this process, as every executor shows it, for explanations of what its subtasks hold and wait for.</summary>
internal sealed class ExplainedRun
{
    private readonly TaskGraph _graph;
    private readonly Dictionary<string, int> _indices;

    /// <param name="planned">The graph of the plan, as far as it is complete.</param>
    /// <param name="snapshot">The run.</param>
    /// <param name="options">How it is executed.</param>
    public ExplainedRun(TaskGraph planned, RunSnapshot snapshot, RunOptions options)
    {
        Snapshot = snapshot;
        Options = options;
        _graph = SnapshotGraph.Of(planned, snapshot);
        _indices = _graph.Subtasks.Index().ToDictionary(subtask => subtask.Item.Id, subtask => subtask.Index, StringComparer.Ordinal);
    }

    public RunSnapshot Snapshot { get; }

    public RunOptions Options { get; }

    public IEnumerable<SubtaskSnapshot> Running => Snapshot.Subtasks.Where(subtask => subtask.State == SubtaskState.Running);

    /// <summary>Those of which code runs that is waited for: of one that has succeeded also the attempt that was not needed.</summary>
    public IEnumerable<SubtaskSnapshot> Holding => Snapshot.Subtasks.Where(subtask => subtask.RunningAttempts > 0);

    /// <summary>What a subtask needs, or holds while it runs.</summary>
    public ResourceRequirements NeedsOf(SubtaskSnapshot subtask) => _graph.GetResources(_indices[subtask.Subtask.Id]);

    /// <summary>Whether a subtask changes something outside.</summary>
    public bool ChangesSomething(SubtaskSnapshot subtask) => _graph.GetTaskType(_indices[subtask.Subtask.Id]) is null or { Effect: TaskEffect.Write or TaskEffect.Irreversible };
}
