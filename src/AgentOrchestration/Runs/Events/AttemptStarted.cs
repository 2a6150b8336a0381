namespace AgentOrchestration.Runs.Events;

/// <summary>An attempt of a subtask has started.</summary>
/// <param name="Attempt">The number of the attempt, from 1.</param>
public sealed record AttemptStarted(int Attempt) : SubtaskEvent
{
    /// <summary>Gets the number of the batch that the attempt is in: attempts of one batch share one call of their code.</summary>
    /// <value>From 1, in the order in which the batches of the run started. The default value is <see langword="null"/>: it is alone.</value>
    public int? Batch { get; init; }

    /// <summary>Gets a value that indicates whether the attempt started although its subtask waits for something that may still go wrong (<see cref="ExtraWork.EarlyShare"/>).</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsEarly { get; init; }

    /// <summary>Gets the number of the attempt that it starts beside as a hedge: the first of the two to succeed gives the output.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: it starts alone.</value>
    public int? HedgeOf { get; init; }
}
