using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Readers of the events of a run.</summary>
internal static class WatcherOperations
{
    private const int Watched = 100;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("watchers/one, of a growing run", "subtasks", static n => Watch(n, watchers: 1)) { Smallest = 1_000 },
        new("watchers/many, of one run", "watchers", static n => Watch(Watched, watchers: n)) { Smallest = 16 },
        new("watchers/of a run that has ended", "subtasks", Replay) { Smallest = 1_000 },
    ];

    private static Trial Watch(int subtasks, int watchers)
    {
        TaskPlan plan = WidePlans.Create(subtasks, GrowthHost.Yield);
        return Trial.Using(static () => GrowthHost.Create(), async host =>
        {
            await using OrchestrationRun run = await host.Orchestrator.StartAsync(plan);
            await Task.WhenAll(Enumerable.Range(0, watchers).Select(_ => Task.Run(() => ReadAsync(run, subtasks))));
            await GrowthHost.EndAsync(run);
        });
    }

    private static Trial Replay(int n) =>
        Trial.Using(() => StartedRun.EndAsync(GrowthHost.Create(), WidePlans.Create(n)), started => ReadAsync(started.Run, n));

    private static async Task ReadAsync(OrchestrationRun run, int subtasks)
    {
        int succeeded = 0;
        await foreach (RunEvent happened in run.WatchAsync())
        {
            succeeded += happened is SubtaskSucceeded ? 1 : 0;
        }

        if (succeeded != subtasks)
        {
            throw new InvalidOperationException($"{succeeded} of {subtasks} subtasks were seen to succeed.");
        }
    }
}
