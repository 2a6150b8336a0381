using AgentOrchestration.Plans;

namespace AgentOrchestration.Runs;

/// <summary>
/// The run has grown: a subtask has added others. Their ids begin with that of the subtask and a slash.
/// </summary>
/// <param name="Subtasks">What was added.</param>
/// <param name="IsJoined">Whether the subtask waits for them and makes its output of theirs.</param>
public sealed record SubtasksAdded(IReadOnlyList<Subtask> Subtasks, bool IsJoined) : SubtaskEvent;
