using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>Measures operations.</summary>
internal static class GrowthMeter
{
    private const int WarmUps = 5;

    /// <summary>What is kept is not known more exactly: buffers and pools of the platform come and go.</summary>
    private const double LeastKept = 128 * 1024;

    public static async Task<GrowthRow> MeasureAsync(GrowthOperation operation, GrowthEffort effort, CancellationToken cancellationToken)
    {
        int[] sizes = operation.SizesFor(effort.IsQuick);
        await WarmUpAsync(operation, sizes[0]);
        return await MeasureAsync(operation, sizes, effort, cancellationToken);
    }

    private static async Task WarmUpAsync(GrowthOperation operation, int size)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            Trial trial = await SetUpAsync(operation, size);
            await trial.RunAsync();
            await trial.Release();
        }
    }

    /// <summary>All sizes take turns, so that what changes with time (compiled code, a busy machine) meets all of them.</summary>
    private static async Task<GrowthRow> MeasureAsync(GrowthOperation operation, int[] sizes, GrowthEffort effort, CancellationToken cancellationToken)
    {
        var rounds = new List<Cost[]>();
        var trials = new Trial?[sizes.Length];
        long began = Stopwatch.GetTimestamp();
        while (rounds.Count < effort.FewestRounds || (rounds.Count < effort.MostRounds && Stopwatch.GetElapsedTime(began) < effort.Share))
        {
            var costs = new Cost[sizes.Length];
            for (int i = 0; i < sizes.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Trial trial = trials[i] ?? await SetUpAsync(operation, sizes[i]);
                costs[i] = await MeasureAsync(trial, operation.IsKept);
                trials[i] = operation.IsOnce ? null : trial;
                if (operation.IsOnce)
                {
                    await trial.Release();
                }
            }

            rounds.Add(costs);
        }

        foreach (Trial trial in trials.OfType<Trial>())
        {
            await trial.Release();
        }

        return new GrowthRow(operation, sizes, rounds);
    }

    private static async Task<Trial> SetUpAsync(GrowthOperation operation, int size)
    {
        Trial trial = operation.Prepare(size);
        await trial.SetUp();
        return trial;
    }

    private static async Task<Cost> MeasureAsync(Trial trial, bool isKept)
    {
        // What was made before is not collected at this operation's cost.
        GC.Collect();
        long heap = isKept ? GC.GetTotalMemory(forceFullCollection: true) : 0;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        await trial.RunAsync();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        long bytes = isKept ? 0 : GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Cost(cpu.TotalMicroseconds, isKept ? await KeptAsync(heap) : bytes);
    }

    /// <summary>Of a method that has just ended the stack may still hold what it held: the heap is measured on a fresh one.</summary>
    private static async Task<double> KeptAsync(long before)
    {
        await Task.Yield();
        return Math.Max(LeastKept, GC.GetTotalMemory(forceFullCollection: true) - before);
    }
}
