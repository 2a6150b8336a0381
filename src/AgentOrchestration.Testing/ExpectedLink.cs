namespace AgentOrchestration.Testing;

/// <summary>A dependency between two task types.</summary>
/// <param name="From">The task type that comes first.</param>
/// <param name="To">The task type that depends on it.</param>
public sealed record ExpectedLink(string From, string To);
