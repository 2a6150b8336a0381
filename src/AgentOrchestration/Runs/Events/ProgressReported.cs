namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask has told how far it is. Told when it moved by a percent or its message changed.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What is being done.</param>
public sealed record ProgressReported(double Fraction, string? Message) : SubtaskTick
{
    private const double SmallestStep = 0.01;

    /// <summary>Whether the difference is worth a tick; a subtask may report in a tight loop.</summary>
    internal static bool IsWorthTelling(ProgressReported? previous, double fraction, string? message) =>
        previous is null
        || previous.Message != message
        || Math.Abs(previous.Fraction - fraction) >= SmallestStep
        || (fraction == 1 && previous.Fraction < 1);
}
