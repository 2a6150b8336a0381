namespace AgentOrchestration.Testing;

/// <summary>A request with the task types and links that its plan should have.</summary>
/// <param name="Request">The request.</param>
/// <param name="TaskTypes">The names of the task types; each counts once.</param>
/// <param name="Links">What should come before what; each pair counts once.</param>
public sealed record ExpectedPlan(OrchestrationRequest Request, IReadOnlyList<string> TaskTypes, IReadOnlyList<ExpectedLink> Links);
