using System.Text.Json;
using System.Text.Json.Nodes;

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
                (JsonElement left, JsonElement right) => JsonElement.DeepEquals(left, right),
                (JsonDocument left, JsonDocument right) => JsonElement.DeepEquals(left.RootElement, right.RootElement),
                _ => JsonNode.DeepEquals((JsonNode)written, (JsonNode)read),
            };
        }
        catch (InvalidOperationException)
        {
            // Half a character, escaped: no text can be made of it to compare.
            return false;
        }
    }
}
