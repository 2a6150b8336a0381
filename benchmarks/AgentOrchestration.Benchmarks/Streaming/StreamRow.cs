using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Streaming;

/// <summary>One way to answer questions of one shape at one speed; means over the questions.</summary>
internal sealed record StreamRow(
    [property: JsonPropertyName("branches")] int Branches,
    [property: JsonPropertyName("method")] string Method,
    [property: JsonPropertyName("tokens_per_second")] double TokensPerSecond,
    [property: JsonPropertyName("tool_seconds")] double ToolSeconds,
    [property: JsonPropertyName("makespan_s")] double MakespanSeconds,
    [property: JsonPropertyName("lower_bound_s")] double LowerBoundSeconds);
