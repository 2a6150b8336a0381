namespace AgentOrchestration.Testing;

/// <summary>One report of progress.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Message">What was being done; <see langword="null"/> when it was not given.</param>
public readonly record struct ReportedProgress(double Fraction, string? Message);
