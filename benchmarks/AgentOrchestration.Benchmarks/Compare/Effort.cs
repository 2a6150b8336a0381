namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>How often engines are run: each at least so many times, then until its share of the time is used up, but not without end.</summary>
internal sealed record Effort(int FewestRounds, int MostRounds, TimeSpan ShareOfEach)
{
    public static Effort Quick { get; } = new(5, 15, TimeSpan.FromMilliseconds(120));

    public static Effort Thorough { get; } = new(7, 101, TimeSpan.FromSeconds(1.5));

    /// <summary>For runs that take seconds.</summary>
    public static Effort Large { get; } = new(3, 15, TimeSpan.FromSeconds(4));
}
