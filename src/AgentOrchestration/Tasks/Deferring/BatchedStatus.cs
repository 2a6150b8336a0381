namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Represents how far a batch is.</summary>
/// <param name="State">The state in the endpoint's words, for people.</param>
/// <param name="HasEnded">Whether no other request will be answered, for whatever reason.</param>
public sealed record BatchedStatus(string State, bool HasEnded)
{
    /// <summary>Gets the reason why a batch was refused as a whole.</summary>
    /// <value>The default value is <see langword="null"/>: it was not.</value>
    public string? Error { get; init; }
}
