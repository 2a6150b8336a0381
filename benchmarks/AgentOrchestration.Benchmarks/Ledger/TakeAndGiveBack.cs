using System.Diagnostics;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Benchmarks.Ledger;

/// <summary>One unit of one pool, by one thread or by several at once that never want more than there is.</summary>
internal static class TakeAndGiveBack
{
    private const int Rounds = 15;
    private const int Operations = 1_000_000;

    private static readonly ResourceRequirements One = ResourceRequirements.Of("gpu", 1);

    /// <returns>Nanoseconds of wall clock per operation of a thread.</returns>
    public static (double Semaphore, double Ledger) Measure(int threads)
    {
        List<double> semaphores = [];
        List<double> ledgers = [];
        for (int round = 0; round <= Rounds; round++)
        {
            using var semaphore = new SemaphoreSlim(threads);
            double ofSemaphore = Time(threads, () => Take(semaphore));
            var pools = new ResourcePools([new ResourceDeclaration("gpu", threads)], TimeProvider.System);
            double ofLedger = Time(threads, () => Take(new AttemptLimiter(pools, maxAttempts: null)));
            if (round > 0)
            {
                semaphores.Add(ofSemaphore);
                ledgers.Add(ofLedger);
            }
        }

        return (Statistics.Median(semaphores), Statistics.Median(ledgers));
    }

    private static void Take(SemaphoreSlim semaphore)
    {
        for (int i = 0; i < Operations; i++)
        {
            if (!semaphore.Wait(0))
            {
                throw new InvalidOperationException("There was too little.");
            }

            semaphore.Release();
        }
    }

    private static void Take(AttemptLimiter resources)
    {
        for (int i = 0; i < Operations; i++)
        {
            if (!resources.TryAcquire(One, out ResourceLease? lease))
            {
                throw new InvalidOperationException("There was too little.");
            }

            lease.Dispose();
        }
    }

    private static double Time(int threads, Action work)
    {
        using var start = new Barrier(threads + 1);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            work();
        }))];
        Array.ForEach(workers, worker => worker.Start());
        start.SignalAndWait();
        long began = Stopwatch.GetTimestamp();
        Array.ForEach(workers, worker => worker.Join());
        return Stopwatch.GetElapsedTime(began).TotalNanoseconds / Operations;
    }
}
