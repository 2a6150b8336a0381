using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Forecasting;

/// <summary>An attempt that runs in virtual time.</summary>
/// <param name="Start">The attempt.</param>
/// <param name="Code">How its code goes.</param>
/// <param name="StartsAt">When it started.</param>
/// <param name="EndsAt">When its code returns, unless it is told to stop before.</param>
internal sealed record VirtualRunning(AttemptStart Start, VirtualAttempt Code, long StartsAt, long EndsAt);
