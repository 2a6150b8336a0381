using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Soak;

/// <summary>What the process holds at a moment when no run is going on.</summary>
/// <param name="Runs">How many runs have ended before.</param>
/// <param name="HeapBytes">The managed heap after a full collection.</param>
/// <param name="Handles">Open handles, on Linux file descriptors.</param>
/// <param name="Timers">Timers that are waiting.</param>
/// <param name="Threads">Threads of the process.</param>
internal sealed record SoakSample(long Runs, long HeapBytes, int Handles, long Timers, int Threads)
{
    public static SoakSample Take(long runs)
    {
        // Twice, so that what finalizers let go is collected too.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        long heap = GC.GetTotalMemory(forceFullCollection: true);
        using var process = Process.GetCurrentProcess();
        return new SoakSample(runs, heap, process.HandleCount, Timer.ActiveCount, process.Threads.Count);
    }
}
