namespace AgentOrchestration.Benchmarks.Select;

/// <summary>How often all right tools of a request were among the first.</summary>
/// <param name="Set">The set.</param>
/// <param name="Way">How they were selected.</param>
/// <param name="Shares">The share of the requests, for each number of tools.</param>
internal sealed record RecallRow(string Set, string Way, IReadOnlyList<double> Shares);
