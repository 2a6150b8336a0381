using AgentOrchestration.Testing;

namespace AgentOrchestration.Benchmarks.Evaluate;

/// <summary>A planner and how well it has planned.</summary>
internal sealed record EvaluationRow(string Planner, PlanEvaluationResult Result);
