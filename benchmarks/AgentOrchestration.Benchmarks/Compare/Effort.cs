namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>How often engines are run: each at least so many times, then until its share of the time, collections included, is used up.</summary>
internal sealed record Effort(int FewestRounds, int MostRounds, TimeSpan ShareOfEach)
{
    public static Effort Quick { get; } = new(5, 21, TimeSpan.FromMilliseconds(220));

    public static Effort Thorough { get; } = new(7, 101, TimeSpan.FromSeconds(2));

    /// <summary>For runs that take seconds.</summary>
    public static Effort Large { get; } = new(3, 15, TimeSpan.FromSeconds(4));
}
