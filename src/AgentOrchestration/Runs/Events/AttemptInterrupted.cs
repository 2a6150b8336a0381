namespace AgentOrchestration.Runs.Events;

/// <summary>
/// The process that ran an attempt is gone, or gave the run up, before the attempt ended. Another attempt with the same idempotency key
/// follows.
/// </summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record AttemptInterrupted(int Attempt) : SubtaskEvent;
