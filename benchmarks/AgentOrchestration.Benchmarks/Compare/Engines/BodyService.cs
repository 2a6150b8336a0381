namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>What a handler depends on: one for each scope.</summary>
internal sealed class BodyService(TaskBody body)
{
    public TaskBody Body { get; } = body;
}
