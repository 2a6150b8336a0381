namespace AgentOrchestration.Runs.Events;

/// <summary>An attempt of a subtask has failed, and another will follow. The last attempt's failure is <see cref="SubtaskFailed"/>.</summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
/// <param name="Error">Why.</param>
/// <param name="RetryAt">When the next attempt may start.</param>
public sealed record AttemptFailed(int Attempt, SubtaskError Error, DateTimeOffset RetryAt) : SubtaskEvent
{
    /// <summary>
    /// Gets a value that indicates whether the attempt failed only because the code of its batch did. It then does not count against the attempts of the subtask.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsBatchBroken { get; init; }
}
