using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>How much is measured.</summary>
internal sealed record Scale
{
    /// <summary>Up to this size every contender takes part, with every body.</summary>
    public const int CommonSize = 10_000;

    private static readonly string[] Few = [Contender.Floor, Contender.Delegates, Contender.Tpl];

    /// <summary>Two minutes on two processors.</summary>
    public static Scale Quick { get; } = new()
    {
        Name = "compare --quick",
        Sizes = [1_000, CommonSize, 100_000],
        FullSize = CommonSize,
        Effort = Effort.Quick,
        LargeEffort = new Effort(3, 3, TimeSpan.Zero),
        LargestSize = 100_000,
    };

    /// <summary>Everything.</summary>
    public static Scale Full { get; } = new()
    {
        Name = "compare",
        Sizes = [1_000, CommonSize, 100_000, 1_000_000],
        FullSize = 100_000,
        Effort = Effort.Thorough,
        LargeEffort = Effort.Large,
        LargestSize = 1_000_000,
    };

    /// <summary>The command that measures it.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>Beyond this size only the fastest take part, and only with the body that returns at once.</summary>
    public required int FullSize { get; init; }

    public required int LargestSize { get; init; }

    public required Effort Effort { get; init; }

    public required Effort LargeEffort { get; init; }

    public IEnumerable<RaceSetting> Races() =>
        from size in Sizes
        from shape in GraphShapes.All
        from body in size <= FullSize ? [TaskBody.Synchronous, TaskBody.Yielding] : new[] { TaskBody.Synchronous }
        select new RaceSetting(
            shape, size, body,
            size <= FullSize ? Contender.All : [.. Contender.All.Where(contender => Few.Contains(contender.Name))],
            size <= CommonSize ? Effort : LargeEffort);
}
