namespace AgentOrchestration.Benchmarks.Select;

/// <summary>A tool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Inputs">The kinds of its inputs; none where the data does not say.</param>
/// <param name="Outputs">The kinds of its outputs; none where the data does not say.</param>
internal sealed record Tool(string Name, string Description, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
