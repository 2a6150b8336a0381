namespace AgentOrchestration.Runs.Events;

/// <summary>The run has started: the first event of each.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Plan">The plan that it executes; without subtasks when it is still being written (<see cref="PlanExtended"/>, <see cref="PlanCompleted"/>).</param>
public sealed record RunStarted(string RunId, TaskPlan Plan) : RunEvent;
