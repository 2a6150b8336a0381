namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>Plans of subtasks that do not depend on each other.</summary>
internal static class WidePlans
{
    public static TaskPlan Create(int subtasks, string taskType = GrowthHost.Work) => TaskPlan.Create(plan =>
    {
        for (int i = 0; i < subtasks; i++)
        {
            plan.Add($"s{i}", taskType);
        }
    });
}
