namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>An input with a few properties.</summary>
internal sealed record TableQuery(string Path, int Rows, string[] Columns, bool IsSorted);
