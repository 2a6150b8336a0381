using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>One method on one set of instances.</summary>
internal sealed record ScheduleRow(
    [property: JsonPropertyName("set")] string Set,
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("schedules")] int Schedules,
    [property: JsonPropertyName("dev_best_pct")] double? DeviationFromBest,
    [property: JsonPropertyName("dev_cp_pct")] double DeviationFromCriticalPath,
    [property: JsonPropertyName("optima")] int? Optima,
    [property: JsonPropertyName("instances")] int Instances,
    [property: JsonPropertyName("ms_per_instance")] double MillisecondsPerInstance);
