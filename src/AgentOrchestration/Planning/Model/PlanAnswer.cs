namespace AgentOrchestration.Planning.Model;

/// <summary>What a model has answered.</summary>
/// <param name="Plan">The plan, with what the answer has used; without subtasks when schemas are requested.</param>
/// <param name="RequestedSchemas">The names of the task types whose schemas are requested in place of a plan.</param>
/// <param name="Text">The answer as it was written.</param>
internal sealed record PlanAnswer(TaskPlan Plan, IReadOnlyList<string> RequestedSchemas, string Text);
