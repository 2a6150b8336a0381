using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Progress and text that attempts report while they run.</summary>
internal static class TickOperations
{
    private const int Pieces = 1_000;
    private const string Report = "report";
    private const string Stream = "stream";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("ticks/progress that nobody reads", "reports", static n => Run((_, context) => Progress(context, n), Report)) { Smallest = 4_000 },
        new("ticks/text that somebody reads", "pieces", static n => Run((_, context) => Text(context, n, length: 10), Stream, isWatched: true)) { Smallest = 2_000 },
        new("ticks/text, kept by a run that has ended", "characters in each of 1,000 pieces", Kept)
        {
            Smallest = 480, IsKept = true, IsOnce = true, Bytes = CostLimit.Constant, Unit = "piece", Units = Pieces,
        },
    ];

    private static Trial Run(Action<None, TaskContext> work, string taskType, bool isWatched = false)
    {
        TaskPlan plan = WidePlans.Create(1, taskType);
        return Trial.Using(() => CreateHost(work, taskType), async host =>
        {
            await using OrchestrationRun run = await host.Orchestrator.StartAsync(plan);
            if (isWatched)
            {
                await foreach (RunEvent _ in run.WatchAsync())
                {
                    // A slow reader loses some, which the run says.
                }
            }

            await GrowthHost.EndAsync(run);
        });
    }

    private static Trial Kept(int n)
    {
        List<OrchestrationRun> kept = [];
        return Trial.Using(() => CreateHost((_, context) => Text(context, Pieces, n), Stream), async host =>
        {
            OrchestrationRun run = await host.Orchestrator.StartAsync(WidePlans.Create(1, Stream));
            await GrowthHost.EndAsync(run);
            await run.DisposeAsync();
            kept.Add(run);
        });
    }

    private static GrowthHost CreateHost(Action<None, TaskContext> work, string taskType) =>
        GrowthHost.Create(register: builder => builder.AddTaskType<None, None>(taskType, "Reports.", async (input, context, _) =>
        {
            await Task.Yield();
            work(input, context);
            return None.Value;
        }));

    private static void Progress(TaskContext context, int reports)
    {
        for (int i = 0; i < reports; i++)
        {
            context.ReportProgress((double)i / reports);
        }
    }

    private static void Text(TaskContext context, int pieces, int length)
    {
        for (int i = 0; i < pieces; i++)
        {
            context.StreamText(new string('x', length));
        }
    }
}
