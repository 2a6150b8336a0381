namespace AgentOrchestration.Tests.Graph;

/// <summary>A type that contains itself in many ways.</summary>
internal sealed record Family(IReadOnlyList<Family> Parents, IReadOnlyList<Family> Siblings, IReadOnlyList<Family> Children, IReadOnlyList<Family> Cousins, string Name);
