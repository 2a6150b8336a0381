namespace AgentOrchestration.Runs.State;

/// <summary>The subtasks that another has added, where there is no graph: by a reader of a journal.</summary>
/// <param name="Subtasks">The subtasks, under the ids that they have in the run.</param>
/// <param name="IsJoined">Whether the subtask that has added them waits for them and makes its output of theirs.</param>
internal sealed record AddedSubtasks(IReadOnlyList<Subtask> Subtasks, bool IsJoined);
