using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>One workflow on one machine; makespans as multiples of the lower bound.</summary>
internal sealed record WorkflowRow(
    [property: JsonPropertyName("workflow")] string Workflow,
    [property: JsonPropertyName("machine")] string Machine,
    [property: JsonPropertyName("tighter_bound")] double TighterBound,
    [property: JsonPropertyName("plan_order")] double PlanOrder,
    [property: JsonPropertyName("level_by_level")] double LevelByLevel,
    [property: JsonPropertyName("critical_path_first")] double CriticalPathFirst,
    [property: JsonPropertyName("optimised")] double Optimized,
    [property: JsonPropertyName("critical_path_first_wrong")] double CriticalPathFirstWrong,
    [property: JsonPropertyName("optimised_wrong")] double OptimizedWrong,
    [property: JsonPropertyName("critical_path_first_wrong_by_program")] double CriticalPathFirstWrongByProgram,
    [property: JsonPropertyName("optimised_wrong_by_program")] double OptimizedWrongByProgram);
