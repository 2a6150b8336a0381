namespace AgentOrchestration.Runs.State;

/// <summary>An output that was held until the gate of its subtask was open.</summary>
internal sealed record HeldOutput(object? Output);
