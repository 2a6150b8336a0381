using System.Buffers;
using System.Text.Json;

namespace AgentOrchestration.Planning.Repair;

/// <summary>Writes arguments with other references in them, and all else as it was.</summary>
internal static class ArgumentsWriter
{
    public static JsonElement Replace(JsonElement arguments, IReadOnlyDictionary<SubtaskOutput, SubtaskOutput> references)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(arguments, references, writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    /// <summary>Recursion ends: arguments that are nested too deep are never repaired.</summary>
    private static void Write(JsonElement element, IReadOnlyDictionary<SubtaskOutput, SubtaskOutput> references, Utf8JsonWriter writer)
    {
        if (SubtaskOutput.TryRead(element, out SubtaskOutput output) && references.TryGetValue(output, out SubtaskOutput other))
        {
            writer.WriteStartObject();
            writer.WriteString(SubtaskOutput.PropertyName, other.Text);
            writer.WriteEndObject();
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, references, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Write(item, references, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
