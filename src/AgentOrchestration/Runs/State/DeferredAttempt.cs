namespace AgentOrchestration.Runs.State;

/// <summary>What an attempt waits for whose calls were deferred.</summary>
/// <param name="Submission">The number of the submission that its calls are in, from 1.</param>
/// <param name="Until">Until when it waits at most, in UTC ticks.</param>
internal sealed record DeferredAttempt(int Submission, long Until);
