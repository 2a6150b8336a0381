using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>Measures runs at once. For few runs at a time more batches follow one another, so that there are as many subtasks in all.</summary>
internal static class ManyRunsMeter
{
    private const int Rounds = 3;

    /// <summary>The least of some rounds.</summary>
    public static async Task<ManyRunsCost> MeasureAsync(Func<SubtaskBody, IContender> create, int runs, int subtasks, int total, TimeSpan duration, int rounds = Rounds)
    {
        ManyRunsCost least = new(double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity);
        for (int round = 0; round < rounds; round++)
        {
            least = least.Least(await MeasureOnceAsync(create, runs, subtasks, total, duration));
        }

        return least;
    }

    private static async Task<ManyRunsCost> MeasureOnceAsync(Func<SubtaskBody, IContender> create, int runs, int subtasks, int total, TimeSpan duration)
    {
        var body = new SubtaskBody(duration);
        await using IContender contender = create(body);
        int batches = Math.Max(1, total / (runs * subtasks));
        await contender.RunAsync(1);
        int before = body.Executions;
        GC.Collect();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long began = Stopwatch.GetTimestamp();
        for (int batch = 0; batch < batches; batch++)
        {
            await contender.RunAsync(runs);
        }

        TimeSpan wall = Stopwatch.GetElapsedTime(began);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        double executions = body.Executions - before;
        return executions == (double)batches * runs * subtasks
            ? new ManyRunsCost(wall.TotalMicroseconds / executions, cpu.TotalMicroseconds / executions, allocated / executions)
            : throw new InvalidOperationException($"{executions} subtasks ran.");
    }
}
