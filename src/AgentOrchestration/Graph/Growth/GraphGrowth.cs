namespace AgentOrchestration.Graph.Growth;

/// <summary>What a run adds to its graph: checked subtasks, and the one that they come from.</summary>
/// <param name="Parent">The index of the subtask that they come from; -1 for the plan, which is still being written.</param>
/// <param name="Part">The subtasks; their dependencies are indices in the grown graph.</param>
/// <param name="IsJoined">Whether the parent waits for them and makes its output of theirs.</param>
/// <param name="Offset">The index of the first.</param>
internal sealed record GraphGrowth(int Parent, CheckedSubtasks Part, bool IsJoined, int Offset)
{
    /// <summary>The subtasks as they were given, under their own ids; <see langword="null"/> where nothing is remembered.</summary>
    public TaskPlan? Plan { get; init; }

    /// <summary>Who waits for what is added, and what of it waits for earlier additions.</summary>
    public AdditionWaits Waits { get; init; } = AdditionWaits.None;
}
