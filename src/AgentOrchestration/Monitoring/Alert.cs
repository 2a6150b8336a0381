namespace AgentOrchestration.Monitoring;

/// <summary>Something that an alert rule found.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Message">What it found, in words.</param>
/// <param name="Time">When.</param>
public sealed record Alert(string Rule, string Message, DateTimeOffset Time)
{
    /// <summary>The run concerned, or <see langword="null"/> when the process as a whole is.</summary>
    public string? RunId { get; init; }
}
