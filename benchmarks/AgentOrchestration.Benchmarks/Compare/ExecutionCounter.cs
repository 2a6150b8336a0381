namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Counts that tasks really ran. Every thread has a counter of its own, so that counting slows none of them.</summary>
internal sealed class ExecutionCounter
{
    private const int CacheLines = 4;
    private const int LongsPerCacheLine = 8;
    private static readonly List<ExecutionCounter> All = [];

    [ThreadStatic]
    private static ExecutionCounter? _mine;

    // The middle of a block that no other thread writes to.
    private readonly long[] _block = new long[CacheLines * LongsPerCacheLine];

    public static void Add() => (_mine ??= Register())._block[CacheLines / 2 * LongsPerCacheLine]++;

    /// <summary>The count since it was last taken. Call it when nothing runs.</summary>
    public static long Take()
    {
        lock (All)
        {
            long sum = All.Sum(counter => counter._block[CacheLines / 2 * LongsPerCacheLine]);
            All.ForEach(counter => Array.Clear(counter._block));
            return sum;
        }
    }

    private static ExecutionCounter Register()
    {
        var counter = new ExecutionCounter();
        lock (All)
        {
            All.Add(counter);
        }

        return counter;
    }
}
