using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>How fast a plan is read.</summary>
internal sealed record SpeedRow(
    [property: JsonPropertyName("reader")] string Reader,
    [property: JsonPropertyName("megabytes_per_s")] double MegabytesPerSecond,
    [property: JsonPropertyName("ratio_to_serializer")] double Ratio,
    [property: JsonPropertyName("allocated_bytes_per_byte")] double Allocated);
