namespace AgentOrchestration.Runs.State;

/// <summary>An output that an identical subtask made.</summary>
internal sealed record SharedOutput(int Worker, object? Output);
