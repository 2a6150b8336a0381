namespace AgentOrchestration.Runs.Events;

/// <summary>
/// The time of an attempt is up; its code has been asked to stop. It keeps what it holds until it has returned, and whatever it returns is
/// discarded.
/// </summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Limit">The limit that it ran into.</param>
public sealed record AttemptTimedOut(int Attempt, TimeLimit Limit) : SubtaskEvent;
