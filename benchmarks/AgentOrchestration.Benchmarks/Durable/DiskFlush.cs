using AgentOrchestration.Benchmarks.Compare;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>What the disk takes to have a page for certain: no commit is faster.</summary>
internal static class DiskFlush
{
    private const int Flushes = 100;
    private const int PageBytes = 4096;

    /// <returns>Microseconds, the median.</returns>
    public static double Measure()
    {
        using var folder = new TemporaryFolder();
        using var file = new FileStream(folder.PathOf("pages"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[PageBytes];
        double[] times = new double[Flushes];
        for (int i = 0; i < Flushes; i++)
        {
            long start = TimeProvider.System.GetTimestamp();
            file.Write(page);
            file.Flush(flushToDisk: true);
            times[i] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
        }

        return Statistics.Median(times);
    }
}
