namespace AgentOrchestration.Runs.Storage;

/// <summary>Describes the progress of a run.</summary>
/// <param name="EndedSubtasks">How many subtasks have ended, however they ended.</param>
/// <param name="Subtasks">How many subtasks there are so far; a run may add some.</param>
public readonly record struct RunProgress(int EndedSubtasks, int Subtasks);
