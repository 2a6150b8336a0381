using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Reads JSON that was written as a text within JSON.</summary>
internal static class EncodedJson
{
    /// <summary>Reads a text that is the JSON of one value.</summary>
    /// <returns>The value, or <see langword="null"/> when the text is no JSON.</returns>
    public static JsonElement? Read(string text)
    {
        try
        {
            return JsonElement.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = ArgumentsText.DefaultMaxDepth });
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or EncoderFallbackException)
        {
            return null;
        }
    }
}
