namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>The limits by which runs are measured.</summary>
internal static class SharedLimits
{
    public const int Places = 8;

    public static IReadOnlyList<SharedLimit> All { get; } = Enum.GetValues<SharedLimit>();

    public static string Describe(SharedLimit limit) => limit switch
    {
        SharedLimit.Pool => "one pool of 8",
        SharedLimit.TwoPools => "two pools of 8 at once",
        SharedLimit.TypeLimit => "`MaxConcurrency` 8",
        SharedLimit.KeyLimit => "`MaxConcurrency` 1 for each of 8 keys",
        SharedLimit.TotalLimit => "`MaxParallelismTotal` 8",
        SharedLimit.ReplenishingPool => "a pool of 8 that grows again in 10 µs",
        _ => throw new ArgumentOutOfRangeException(nameof(limit), limit, "Unknown limit."),
    };
}
