namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>A figure that shall not exceed a limit.</summary>
/// <param name="Of">Who has the goal.</param>
/// <param name="Text">The goal in words.</param>
/// <param name="Figure">What was measured.</param>
/// <param name="Limit">The most that meets the goal.</param>
/// <param name="At">Where it was measured.</param>
internal sealed record Goal(string Of, string Text, double Figure, double Limit, string At)
{
    public bool IsMet => Figure <= Limit;

    public string Verdict => IsMet ? "met" : "not met";
}
