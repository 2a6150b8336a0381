namespace AgentOrchestration.Tests;

/// <summary>What work costs at two sizes, counted and not timed.</summary>
internal static class Cost
{
    /// <summary>Work that is four times as large costs at most five and a half times as much.</summary>
    /// <param name="costOf">Does the work of a size, and returns what it cost.</param>
    /// <param name="size">The smaller size.</param>
    public static void IsLinear(Func<int, long> costOf, int size = 1000)
    {
        long warmUp = costOf(size / 10);
        long small = costOf(size);
        long large = costOf(4 * size);

        Assert.True(warmUp > 0, "Nothing was counted.");
        Assert.True(large <= small * 5.5, $"{size} cost {small}, {4 * size} cost {large}: {(double)large / small:0.0} times as much.");
    }

    /// <summary>Returns the bytes that are allocated on this thread.</summary>
    public static long BytesOf(Action work)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
