using System.Runtime.CompilerServices;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Work that takes the same time on every thread: a chain of multiplications, no memory.</summary>
internal static class Spin
{
    // Short pieces, so that some are not interrupted by other programs.
    private const int Iterations = 200_000;
    private const int Pieces = 100;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ulong Work(int iterations)
    {
        ulong value = 1;
        for (int i = 0; i < iterations; i++)
        {
            value = (value * 6364136223846793005) + 1442695040888963407;
        }

        return value;
    }

    /// <summary>How long one iteration takes at best while every processor does the same.</summary>
    public static double NanosecondsPerIteration()
    {
        double[] best = new double[Environment.ProcessorCount];
        Thread[] threads = [.. Enumerable.Range(0, best.Length).Select(i => new Thread(() => best[i] = BestOfPieces()))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return Statistics.Median(best);
    }

    private static double BestOfPieces()
    {
        double best = double.PositiveInfinity;
        for (int piece = 0; piece < Pieces; piece++)
        {
            long start = TimeProvider.System.GetTimestamp();
            Work(Iterations);
            best = Math.Min(best, TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / Iterations);
        }

        return best;
    }
}
