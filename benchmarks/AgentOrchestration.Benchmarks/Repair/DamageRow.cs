using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What became of one kind of damage.</summary>
internal sealed record DamageRow(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("expected")] string Expected,
    [property: JsonPropertyName("answers")] int Answers,
    [property: JsonPropertyName("repaired_meaning_kept")] int Repaired,
    [property: JsonPropertyName("accepted_meaning_changed")] int Changed,
    [property: JsonPropertyName("refused_right")] int RefusedRight,
    [property: JsonPropertyName("refused_otherwise")] int RefusedOtherwise);
