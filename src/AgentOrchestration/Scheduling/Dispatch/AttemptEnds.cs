namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>When an attempt has to end, in UTC ticks.</summary>
/// <param name="OfAttempt">By its own timeout; <see langword="null"/> for never.</param>
/// <param name="OfSubtask">By the timeout over all attempts; <see langword="null"/> for never.</param>
internal sealed record AttemptEnds(long? OfAttempt, long? OfSubtask);
