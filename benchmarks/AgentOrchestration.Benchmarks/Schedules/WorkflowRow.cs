using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>One workflow on one machine; makespans as multiples of the lower bound.</summary>
internal sealed record WorkflowRow(
    [property: JsonPropertyName("workflow")] string Workflow,
    [property: JsonPropertyName("cores")] int Cores,
    [property: JsonPropertyName("plan_order")] double PlanOrder,
    [property: JsonPropertyName("level_by_level")] double LevelByLevel,
    [property: JsonPropertyName("critical_path_first")] double CriticalPathFirst,
    [property: JsonPropertyName("optimised")] double Optimized,
    [property: JsonPropertyName("critical_path_first_wrong")] double CriticalPathFirstWrong,
    [property: JsonPropertyName("optimised_wrong")] double OptimizedWrong);
