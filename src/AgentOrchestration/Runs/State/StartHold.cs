namespace AgentOrchestration.Runs.State;

/// <summary>Until when the start of a subtask is held, in UTC ticks.</summary>
internal sealed record StartHold(long Until);
