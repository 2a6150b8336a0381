using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>The goals that one race can meet or miss.</summary>
internal static class EngineGoals
{
    /// <param name="row">The row of ours that has the goals.</param>
    /// <param name="race">All rows of the same race.</param>
    public static IReadOnlyList<Goal> Of(ComparedRow row, IReadOnlyCollection<ComparedRow> race)
    {
        bool returnsAtOnce = row.Body == TaskBody.Synchronous.Name;
        return row.Engine switch
        {
            Contender.Delegates =>
            [
                returnsAtOnce ? AgainstFloor(row, 3, "sync") : AgainstFloor(row, 1.7, "yielding"),
                returnsAtOnce ? AgainstFloor(row, 2.5, "sync, then") : AgainstFloor(row, 1.5, "yielding, then"),
                .. returnsAtOnce ? [Bytes(row, 250), Bytes(row, 160)] : Array.Empty<Goal>(),
                .. Against(row, race, Contender.Tpl, 1, "faster than tpl"),
                .. AgainstAgentFramework(row, race),
            ],
            Contender.Handlers => [.. Against(row, race, Contender.Tpl, 1.5, "≤ 1.5 × tpl"), .. returnsAtOnce ? [Bytes(row, 500)] : Array.Empty<Goal>()],
            _ => [],
        };
    }

    /// <summary>How the time per task grows with the size of the graph.</summary>
    public static IEnumerable<Goal> OfGrowth(IReadOnlyCollection<ComparedRow> rows) =>
        from row in rows
        where row.Engine is Contender.Delegates or Contender.Floor && row.Size > Scale.CommonSize && row.Body == TaskBody.Synchronous.Name
        from small in rows
        where small.Engine == row.Engine && small.Shape == row.Shape && small.Body == row.Body && small.Size == Scale.CommonSize
        let limit = row.Size <= 100_000 ? 1.5 : 3
        select new Goal(row.Engine, $"ns per task at {row.Size:N0} ≤ {limit} × at 10,000", row.Nanoseconds / small.Nanoseconds, limit, row.Shape);

    private static Goal AgainstFloor(ComparedRow row, double limit, string body) =>
        new(row.Engine, $"≤ {limit} × floor ({body})", row.RatioToFloor, limit, At(row));

    private static Goal Bytes(ComparedRow row, double limit) => new(row.Engine, $"≤ {limit} bytes (sync)", row.Bytes, limit, At(row));

    private static IEnumerable<Goal> Against(ComparedRow row, IReadOnlyCollection<ComparedRow> race, string engine, double limit, string text) =>
        race.Where(other => other.Engine == engine).Select(other => new Goal(row.Engine, text, row.Nanoseconds / other.Nanoseconds, limit, At(row)));

    private static IEnumerable<Goal> AgainstAgentFramework(ComparedRow row, IReadOnlyCollection<ComparedRow> race)
    {
        int? times = row.Shape switch { GraphShapes.Chain => 25, GraphShapes.Fan => 100, _ => null };
        return times is null || row.Body != TaskBody.Synchronous.Name
            ? []
            : Against(row, race, Contender.AgentFramework, 1.0 / times.Value, $"≥ {times} × faster than agent-framework ({row.Shape})");
    }

    private static string At(ComparedRow row) => $"{row.Shape} {row.Size:N0} {row.Body}";
}
