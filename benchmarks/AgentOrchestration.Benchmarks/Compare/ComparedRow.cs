using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>One engine with one graph and body, as it is written for other programs.</summary>
internal sealed record ComparedRow(
    [property: JsonPropertyName("shape")] string Shape,
    [property: JsonPropertyName("size")] int Size,
    [property: JsonPropertyName("body")] string Body,
    [property: JsonPropertyName("engine")] string Engine,
    [property: JsonPropertyName("ns_per_task")] double Nanoseconds,
    [property: JsonPropertyName("bytes_per_task")] double Bytes,
    [property: JsonPropertyName("ratio_to_floor")] double RatioToFloor)
{
    [JsonIgnore]
    public double FewestNanoseconds { get; init; }

    [JsonIgnore]
    public int Rounds { get; init; }
}
