namespace AgentOrchestration.Runs.Events;

/// <summary>The plan that was being written is complete and has passed every check.</summary>
/// <param name="Plan">The plan.</param>
public sealed record PlanCompleted(TaskPlan Plan) : RunEvent;
