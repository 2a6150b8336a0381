namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>What every task answers: one instance, so that no engine pays for the making of outputs, and all for keeping them.</summary>
internal sealed record Answer(string Text)
{
    public static Answer Instance { get; } = new("done");
}
