namespace AgentOrchestration.Tests.Graph;

internal sealed record Point(int X, int Y);
