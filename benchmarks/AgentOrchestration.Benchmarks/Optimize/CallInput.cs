namespace AgentOrchestration.Benchmarks.Optimize;

internal sealed record CallInput(string Prompt);
