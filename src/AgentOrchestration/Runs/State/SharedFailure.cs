namespace AgentOrchestration.Runs.State;

/// <summary>A failure of the work that an identical subtask has done for both.</summary>
internal sealed record SharedFailure(int Worker, SubtaskError Error);
