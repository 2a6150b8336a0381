namespace AgentOrchestration.Tests.Graph;

internal sealed record Numbers(IReadOnlyList<int> Items);
