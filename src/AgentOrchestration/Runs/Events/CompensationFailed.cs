namespace AgentOrchestration.Runs.Events;

/// <summary>A try to undo the work of a subtask failed.</summary>
/// <param name="Attempt">The number of the try, from 1.</param>
/// <param name="Error">Why.</param>
/// <param name="RetryAt">When the next may start; <see langword="null"/> when none follows and the work stays as it is.</param>
public sealed record CompensationFailed(int Attempt, SubtaskError Error, DateTimeOffset? RetryAt) : SubtaskEvent;
