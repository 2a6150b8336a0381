namespace AgentOrchestration.Runs.State;

/// <summary>The attempt of another run that does the same work.</summary>
/// <param name="RunId">The run.</param>
/// <param name="SubtaskId">Its subtask.</param>
internal sealed record JoinedFlight(string RunId, string SubtaskId);
