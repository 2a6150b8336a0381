using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Compares values that are JSON themselves: by what they say, not by which class says it.</summary>
internal static class JsonTexts
{
    public static bool AreJson(object written, object read) => (written, read) switch
    {
        (JsonElement, JsonElement) or (JsonNode, JsonNode) or (JsonDocument, JsonDocument) => true,
        _ => false,
    };

    public static bool AreEqual(object written, object read)
    {
        try
        {
            return (written, read) switch
            {
                (JsonElement left, JsonElement right) => JsonEquality.AreEqual(left, right),
                (JsonDocument left, JsonDocument right) => JsonEquality.AreEqual(left.RootElement, right.RootElement),
                _ => JsonEquality.AreEqual(ElementOf((JsonNode)written), ElementOf((JsonNode)read)),
            };
        }
        catch (InvalidOperationException)
        {
            // Half a character, escaped: no text can be made of it to compare.
            return false;
        }
    }

    private static JsonElement ElementOf(JsonNode node) => JsonSerializer.SerializeToElement(node, PlanJsonContext.Default.JsonNode);
}
