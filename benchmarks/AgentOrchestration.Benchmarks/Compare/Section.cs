namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>A part of what is written: a title, text with a table, and the goals it decides.</summary>
internal sealed record Section(string Title, string Text, IReadOnlyList<Goal> Goals)
{
    public override string ToString() => $"## {Title}\n\n{Text}\n";
}
