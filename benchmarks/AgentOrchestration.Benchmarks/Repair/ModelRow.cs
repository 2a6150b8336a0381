using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What became of the plans of one model.</summary>
internal sealed record ModelRow(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("plans")] int Plans,
    [property: JsonPropertyName("valid_as_written")] int Valid,
    [property: JsonPropertyName("repaired")] int Repaired,
    [property: JsonPropertyName("sent_back")] int SentBack,
    [property: JsonPropertyName("defects_not_told")] int NotTold,
    [property: JsonPropertyName("repairs")] IReadOnlyDictionary<string, int> Repairs,
    [property: JsonPropertyName("defects")] IReadOnlyDictionary<string, int> Defects)
{
    /// <summary>A repair that believed one of two statements, in full.</summary>
    [JsonIgnore]
    public string? Example { get; init; }
}
