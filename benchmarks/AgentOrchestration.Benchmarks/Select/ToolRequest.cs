namespace AgentOrchestration.Benchmarks.Select;

/// <summary>A request and the tools that its plan has.</summary>
internal sealed record ToolRequest(string Goal, IReadOnlyList<string> Tools)
{
    public TaskPlan ToPlan() => new()
    {
        Goal = Goal,
        Subtasks = [.. Tools.Select((tool, place) => new Subtask { Id = $"t{place}", TaskType = tool })],
    };
}
