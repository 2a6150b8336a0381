namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Snapshots of runs.</summary>
internal static class SnapshotOperations
{
    public static IEnumerable<GrowthOperation> All =>
    [
        new("snapshots/of a run that has ended", "subtasks", static n => Snapshot(() => StartedRun.EndAsync(GrowthHost.Create(), WidePlans.Create(n)), n)) { Smallest = 1_000 },
        new("snapshots/of a run that goes on", "subtasks", static n => Snapshot(() => StartedRun.StartAsync(GrowthHost.Create(), Blocked(n)), n + 1)) { Smallest = 1_000 },
        new("snapshots/of many attempts", "attempts", static n => Snapshot(() => StartedRun.EndAsync(RetryOperations.CreateHost(n), WidePlans.Create(1, RetryOperations.Flaky)), 1)) { Smallest = 32 },
    ];

    private static Trial Snapshot(Func<Task<StartedRun>> start, int subtasks) => Trial.Using(start, started =>
    {
        RunSnapshot snapshot = started.Run.GetSnapshot();
        return snapshot.Subtasks.Count == subtasks && snapshot.Subtasks[0].AttemptIntervals.Count > 0
            ? Task.CompletedTask
            : throw new InvalidOperationException("The snapshot holds too little.");
    });

    private static TaskPlan Blocked(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", GrowthHost.Stay);
        for (int i = 0; i < n; i++)
        {
            plan.Add($"s{i}", GrowthHost.Work, after: [first]);
        }
    });
}
