using System.Text.Json.Serialization;

namespace MarketReport.Writing;

/// <summary>What is wrong with a text: placeholders of no fact, and figures that no fact gives.</summary>
internal sealed record ProseFindings(IReadOnlyList<string> UnknownPlaceholders, IReadOnlyList<string> ForeignFigures)
{
    [JsonIgnore]
    public bool IsClean => UnknownPlaceholders.Count == 0 && ForeignFigures.Count == 0;
}
