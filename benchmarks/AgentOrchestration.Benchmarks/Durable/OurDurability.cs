using System.Text.Json;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>Runs of one plan through the public API, in memory and in a store.</summary>
/// <param name="newBed">Makes a fresh place where runs are remembered.</param>
/// <param name="concurrency">How many subtasks are worked on at once.</param>
/// <param name="tasks">The subtasks of a run.</param>
/// <param name="runs">The number of runs.</param>
internal sealed class OurDurability(Func<DurableBed> newBed, int concurrency, int tasks, int runs)
{
    private const string TaskType = "nothing";

    private readonly TaskPlan _plan = GraphPlans.Create(ConcurrentLayers.Create(concurrency, tasks), TaskType);

    /// <summary>In memory and durable by turns; medians.</summary>
    public async Task<DurableRow> MeasureAsync(int repetitions, CancellationToken cancellationToken)
    {
        List<double> inMemory = [];
        List<double> overheads = [];
        List<JournalCost> costs = [];
        double all = (double)tasks * runs;
        for (int i = 0; i < repetitions; i++)
        {
            TimeSpan memory = await RunInMemoryAsync(cancellationToken);
            JournalCost cost = await RunDurablyAsync(cancellationToken);
            inMemory.Add(memory.TotalMicroseconds / all);
            overheads.Add((cost.Time - memory).TotalMicroseconds / all);
            costs.Add(cost);
        }

        string engine = DurableRow.Ours;
        await using (DurableBed bed = newBed())
        {
            engine = bed.Engine;
        }

        long payload = JsonSerializer.SerializeToUtf8Bytes(Answer.Instance, JsonSerializerOptions.Web).Length;
        return new DurableRow(
            engine, concurrency, tasks, Statistics.Median(overheads), Statistics.Median(costs.Select(cost => (cost.BytesKept / all) - payload)))
        {
            MicrosecondsInMemory = Statistics.Median(inMemory),
            BytesGrown = Statistics.Median(costs.Select(cost => cost.BytesGrown / all)),
            BytesOfPlan = Statistics.Median(costs.Select(cost => cost.BytesOfPlans / all)),
            BytesOfEvents = Statistics.Median(costs.Select(cost => (cost.BytesOfEvents / all) - payload)),
            DeadRowsPerAppend = costs[0].DeadRowsPerAppend is null ? null : Statistics.Median(costs.Select(cost => cost.DeadRowsPerAppend!.Value)),
            ShareInPage = costs[0].ShareInPage is null ? null : Statistics.Median(costs.Select(cost => cost.ShareInPage!.Value)),
            Runs = runs,
        };
    }

    private async Task<TimeSpan> RunInMemoryAsync(CancellationToken cancellationToken)
    {
        await using ServiceProvider services = Create(bed: null);
        return await RunAsync(services, cancellationToken);
    }

    private async Task<JournalCost> RunDurablyAsync(CancellationToken cancellationToken)
    {
        await using DurableBed bed = newBed();
        TimeSpan time;
        long grown;
        await using (ServiceProvider services = Create(bed))
        {
            // The tables are made when they are first needed, which belongs to no subtask.
            _ = await services.GetRequiredService<IRunStore>().FindAsync("none", cancellationToken);
            long before = await bed.MeasureAsync(cancellationToken);
            time = await RunAsync(services, cancellationToken);
            grown = await bed.MeasureAsync(cancellationToken) - before;
        }

        return await bed.WeighAsync(time, grown, cancellationToken);
    }

    private async Task<TimeSpan> RunAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        ITaskOrchestrator orchestrator = services.GetRequiredService<ITaskOrchestrator>();
        GC.Collect();
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            await using OrchestrationRun run = await orchestrator.StartAsync(_plan, cancellationToken);
            RunResult result = await run.WaitAsync(cancellationToken);
            if (result.Outcome != RunOutcome.Succeeded)
            {
                throw new InvalidOperationException("A run did not succeed.");
            }
        }

        return TimeProvider.System.GetElapsedTime(start);
    }

    private ServiceProvider Create(DurableBed? bed)
    {
        var services = new ServiceCollection();
        var builder = services.AddAgentOrchestration(options => options.Runs.MaxParallelism = concurrency)
            .AddTaskType(TaskType, "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Answer.Instance));
        bed?.Use(builder);
        return services.BuildServiceProvider();
    }
}
