namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs that start from an earlier one.</summary>
internal static class ReuseOperations
{
    public static IEnumerable<GrowthOperation> All =>
    [
        new("reuse/start again from every subtask", "subtasks", static n => StartFrom(n, isAgain: true)) { Smallest = 480 },
        new("reuse/start with all results", "subtasks", static n => StartFrom(n, isAgain: false)) { Smallest = 480 },
    ];

    private static Trial StartFrom(int n, bool isAgain)
    {
        TaskPlan plan = WidePlans.Create(n);
        string[] again = isAgain ? [.. plan.Subtasks.Select(static subtask => subtask.Id)] : [];
        return Trial.Using(() => StartedRun.EndAsync(GrowthHost.Create(), plan), async old =>
        {
            await using OrchestrationRun run = await old.Orchestrator.StartFromAsync(old.Run, rerun: again);
            await GrowthHost.EndAsync(run);
        });
    }
}
