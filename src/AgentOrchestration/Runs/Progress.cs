namespace AgentOrchestration.Runs;

/// <summary>How far a subtask is.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What is being done.</param>
internal sealed record Progress(double Fraction, string? Message)
{
    private const double SmallestStep = 0.01;

    /// <summary>Whether the difference is worth a fact; a subtask that reports in a tight loop must not fill the history.</summary>
    public bool DiffersFrom(Progress? previous) =>
        previous is null
        || previous.Message != Message
        || Math.Abs(previous.Fraction - Fraction) >= SmallestStep
        || (Fraction == 1 && previous.Fraction < 1);
}
