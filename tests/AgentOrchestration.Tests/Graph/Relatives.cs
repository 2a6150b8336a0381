namespace AgentOrchestration.Tests.Graph;

/// <summary>Like <see cref="Family"/>, but its name is a number.</summary>
internal sealed record Relatives(
    IReadOnlyList<Relatives> Parents, IReadOnlyList<Relatives> Siblings, IReadOnlyList<Relatives> Children, IReadOnlyList<Relatives> Cousins, int Name);
