namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>How much is measured: each operation at least so many rounds, then until its share of the time, preparations included, is used up.</summary>
internal sealed record GrowthEffort(string Name, bool IsQuick, int FewestRounds, int MostRounds, TimeSpan Share)
{
    /// <summary>Three minutes on two processors.</summary>
    public static GrowthEffort Quick { get; } = new("growth --quick", IsQuick: true, 3, 7, TimeSpan.FromSeconds(1));

    public static GrowthEffort Full { get; } = new("growth", IsQuick: false, 5, 15, TimeSpan.FromSeconds(8));
}
