namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that an attempt that started early came to nothing. The subtask ends as it would have without it, or does its work when it waits for nothing any
/// longer; the attempt does not count against its attempts.
/// </summary>
/// <param name="Attempt">The number of the attempt.</param>
/// <param name="Error">Why its code has failed; <see langword="null"/> when that is not the reason.</param>
public sealed record OutputDropped(int Attempt, SubtaskError? Error) : SubtaskEvent;
