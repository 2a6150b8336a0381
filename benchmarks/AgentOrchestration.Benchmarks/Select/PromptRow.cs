namespace AgentOrchestration.Benchmarks.Select;

/// <summary>The length of a planning prompt, in tokens.</summary>
/// <param name="Set">The set.</param>
/// <param name="Form">The form in which the answer is requested.</param>
/// <param name="All">With the schemas of all tools.</param>
/// <param name="Selected">With those that were selected.</param>
internal sealed record PromptRow(string Set, string Form, double All, double Selected);
