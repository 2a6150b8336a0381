namespace AgentOrchestration.Runs.Events;

/// <summary>
/// The run has grown: a subtask has added others. Their ids begin with that of the subtask and a slash.
/// </summary>
/// <param name="Subtasks">What was added.</param>
/// <param name="IsJoined">Whether the subtask waits for them and makes its output of theirs.</param>
public sealed record SubtasksAdded(IReadOnlyList<Subtask> Subtasks, bool IsJoined) : SubtaskEvent
{
    /// <summary>
    /// Gets the ids of the subtasks that wait for what was added, because they wait for everything that the subtask adds. What waits for the subtask itself,
    /// because another has added it, waits for what was added too, and is not listed again.
    /// </summary>
    /// <value>The default value is an empty list.</value>
    public IReadOnlyList<string> AwaitedBy { get; init; } = [];
}
