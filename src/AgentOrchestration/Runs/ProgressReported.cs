namespace AgentOrchestration.Runs;

/// <summary>A subtask has told how far it is. Recorded when it moved by a percent or its message changed.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What is being done.</param>
public sealed record ProgressReported(double Fraction, string? Message) : SubtaskEvent;
