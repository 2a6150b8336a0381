namespace AgentOrchestration.Scheduling;

/// <summary>An attempt that runs in virtual time.</summary>
/// <param name="Start">The decision that started it.</param>
/// <param name="Code">How its code goes.</param>
internal sealed record VirtualRunning(Decision Start, VirtualAttempt Code);
