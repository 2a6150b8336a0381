namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that the code of an attempt has ignored its cancellation and is no longer waited for. It keeps its resources until it returns.
/// </summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record AttemptAbandoned(int Attempt) : SubtaskEvent;
