namespace AgentOrchestration.Benchmarks.Graphs;

/// <summary>A graph whose tasks take known times.</summary>
internal sealed class TimedGraph
{
    // Lognormal: half of the tasks are shorter than the median, one in twenty longer than five times as long.
    private const double MedianMilliseconds = 30;
    private const double Sigma = 1;
    private const int LongestMilliseconds = 400;
    private const int MostDependencies = 3;
    private const int Reach = 12;

    public TimedGraph(string name, int[][] dependencies, int[] milliseconds)
    {
        Graph = new ShapedGraph(name, dependencies);
        Milliseconds = milliseconds;
        CriticalPath = LongestPath();
    }

    public ShapedGraph Graph { get; }

    public int[] Milliseconds { get; }

    /// <summary>No run can be shorter, with however many workers.</summary>
    public TimeSpan CriticalPath { get; }

    /// <summary>Three steps of 100 ms in a row beside one of 300 ms, then a join that takes no time.</summary>
    public static TimedGraph UnequalBranches { get; } = new("unequal-branches", [[], [0], [1], [], [2, 3]], [100, 100, 100, 300, 0]);

    /// <summary>
    /// The shape of plans: each task waits for none to three of the twelve before it. Durations are lognormal with a median of 30 ms and
    /// σ = 1, cut off at 400 ms.
    /// </summary>
    public static TimedGraph Random(int seed, int tasks)
    {
        var random = new SeededRandom((ulong)seed);
        int[][] dependencies = new int[tasks][];
        int[] milliseconds = new int[tasks];
        for (int task = 0; task < tasks; task++)
        {
            int reach = Math.Min(Reach, task);
            dependencies[task] = random.Distinct(Math.Min(random.Below(MostDependencies + 1), reach), reach, task - reach);
            milliseconds[task] = Math.Clamp((int)random.Lognormal(MedianMilliseconds, Sigma), 1, LongestMilliseconds);
        }

        return new TimedGraph($"random {seed}", dependencies, milliseconds);
    }

    private TimeSpan LongestPath()
    {
        int[] ends = new int[Graph.Count];
        for (int task = 0; task < ends.Length; task++)
        {
            ends[task] = Graph.Dependencies[task].Select(dependency => ends[dependency]).Append(0).Max() + Milliseconds[task];
        }

        return TimeSpan.FromMilliseconds(ends.Max());
    }
}
