namespace AgentOrchestration.Runs.State;

/// <summary>Why an attempt failed, and when the next may start.</summary>
/// <param name="Error">Why.</param>
/// <param name="RetryAt">When, in UTC ticks; 0 when no other follows.</param>
internal sealed record AttemptRetry(SubtaskError Error, long RetryAt);
