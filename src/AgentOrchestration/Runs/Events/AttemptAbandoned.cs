namespace AgentOrchestration.Runs.Events;

/// <summary>
/// The code of an attempt has ignored that it was told to stop, and is no longer waited for. It keeps what it holds until it returns.
/// </summary>
/// <param name="Attempt">Which, from 1.</param>
public sealed record AttemptAbandoned(int Attempt) : SubtaskEvent;
