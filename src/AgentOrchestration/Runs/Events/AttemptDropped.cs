namespace AgentOrchestration.Runs.Events;

/// <summary>
/// One of two attempts of a subtask that ran beside each other has ended without effect: the other has succeeded before it, or still runs and decides.
/// </summary>
/// <param name="Attempt">The number of the attempt.</param>
/// <param name="Error">Its own error, or that its time was up; <see langword="null"/> when it was asked to stop, or succeeded too late.</param>
public sealed record AttemptDropped(int Attempt, SubtaskError? Error) : SubtaskEvent;
