using System.Runtime.CompilerServices;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Work that takes the same time on every thread: a chain of multiplications, no memory.</summary>
internal static class Spin
{
    private const int CalibrationIterations = 20_000_000;

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
        List<double> times = [];
        for (int i = 0; i < 7; i++)
        {
            times.AddRange(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => StartThread()).ToArray().Select(Finish).ToArray());
        }

        return times.Min();
    }

    private static (Thread Thread, double[] Time) StartThread()
    {
        double[] time = new double[1];
        var thread = new Thread(() =>
        {
            long start = TimeProvider.System.GetTimestamp();
            Work(CalibrationIterations);
            time[0] = TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / CalibrationIterations;
        });
        thread.Start();
        return (thread, time);
    }

    private static double Finish((Thread Thread, double[] Time) started)
    {
        started.Thread.Join();
        return started.Time[0];
    }
}
