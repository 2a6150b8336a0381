namespace AgentOrchestration.Monitoring;

/// <summary>Something that an alert rule found.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Message">What it found, in words.</param>
/// <param name="Time">When.</param>
public sealed record Alert(string Rule, string Message, DateTimeOffset Time)
{
    /// <summary>Gets the id of the run that the alert is about.</summary>
    /// <value><see langword="null"/> when it is about the process as a whole. The default value is <see langword="null"/>.</value>
    public string? RunId { get; init; }
}
