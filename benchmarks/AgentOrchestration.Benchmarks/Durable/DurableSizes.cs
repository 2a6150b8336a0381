namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>How much is measured.</summary>
internal sealed record DurableSizes
{
    public static DurableSizes Full { get; } = new()
    {
        Repetitions = 3,
        WarmUps = 5,
        WarmUpTasks = 5_000,
        NarrowTasks = 2_000,
        WideTasks = 20_000,
        ByConcurrency = [(1, 2_000), (10, 2_000), (100, 20_000), (1_000, 20_000)],
        BySize = [10, 100, 1_000, 10_000, 100_000],
        BesideAgentFramework = [(1, 50), (1, 100), (1, 200), (10, 50), (10, 100), (10, 200)],
        OnPostgres = [(1, 500), (10, 10), (10, 1_000), (100, 100), (100, 20_000), (1_000, 20_000)],
        Resumed = 100_000,
        Hosts = 5,
    };

    public static DurableSizes Quick { get; } = new()
    {
        Repetitions = 1,
        WarmUps = 1,
        WarmUpTasks = 500,
        NarrowTasks = 100,
        WideTasks = 1_000,
        ByConcurrency = [(1, 100), (10, 200), (100, 1_000), (1_000, 2_000)],
        BySize = [10, 100, 1_000],
        BesideAgentFramework = [(1, 20), (10, 50)],
        OnPostgres = [(1, 100), (100, 1_000), (1_000, 2_000)],
        Resumed = 1_000,
        Hosts = 2,
    };

    /// <summary>How often everything is measured; odd, for the median.</summary>
    public required int Repetitions { get; init; }

    public required int WarmUps { get; init; }

    public required int WarmUpTasks { get; init; }

    /// <summary>How many subtasks one measurement has at least where few are worked on at once; small runs are repeated.</summary>
    public required int NarrowTasks { get; init; }

    /// <summary>How many it has at least otherwise.</summary>
    public required int WideTasks { get; init; }

    public required IReadOnlyList<(int Concurrency, int Tasks)> ByConcurrency { get; init; }

    public required IReadOnlyList<int> BySize { get; init; }

    public required IReadOnlyList<(int Concurrency, int Tasks)> BesideAgentFramework { get; init; }

    public required IReadOnlyList<(int Concurrency, int Tasks)> OnPostgres { get; init; }

    /// <summary>The subtasks of the run that is resumed.</summary>
    public required int Resumed { get; init; }

    public required int Hosts { get; init; }
}
