namespace AgentOrchestration.Runs.Events;

/// <summary>The run has ended: the last event of each.</summary>
/// <param name="Outcome">How.</param>
public sealed record RunEnded(RunOutcome Outcome) : RunEvent;
