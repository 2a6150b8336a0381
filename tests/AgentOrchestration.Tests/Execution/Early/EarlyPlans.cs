namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>Plans with work that may start early.</summary>
internal static class EarlyPlans
{
    public static void Ordered(TaskPlanBuilder plan)
    {
        SubtaskRef second = Steps.Add(plan, "second", "read", after: [Steps.Add(plan, "first", "read")]);
        Steps.Add(plan, "third", "write", of: [second]);
    }

    public static SubtaskSnapshot Of(RunSnapshot run, string id) => run.Subtasks.Single(subtask => subtask.Subtask.Id == id);
}
