namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs of which most is cancelled while it waits.</summary>
internal static class CancelOperations
{
    public static IEnumerable<GrowthOperation> All =>
    [
        new("cancels/every subtask, the last first", "subtasks", static n => Cancel(n, async run =>
        {
            for (int i = n - 1; i >= 0; i--)
            {
                await run.CancelAsync($"s{i}");
            }
        }))
        { Smallest = 1_000, IsOnce = true },
        new("cancels/the run", "subtasks", static n => Cancel(n, static async run => await run.CancelAsync())) { Smallest = 1_000, IsOnce = true },
    ];

    private static Trial Cancel(int n, Func<OrchestrationRun, Task> cancel) => Trial.Using(
        () => StartedRun.StartAsync(GrowthHost.Create(static options => options.Runs.MaxParallelism = 4), WidePlans.Create(n, GrowthHost.Stay)),
        async started =>
        {
            await cancel(started.Run);
            await GrowthHost.EndAsync(started.Run, RunOutcome.Cancelled);
        });
}
