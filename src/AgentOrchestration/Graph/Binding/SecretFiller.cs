using System.Buffers;
using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Graph.Binding;

/// <summary>
/// Puts the values of secrets into arguments whose other references have been resolved. Only what the plan itself says names a secret: what an
/// output holds is data, whatever it looks like.
/// </summary>
internal static class SecretFiller
{
    /// <param name="plan">The arguments as the plan has them.</param>
    /// <param name="resolved">The same with the outputs in the place of the references to them.</param>
    /// <param name="reveal">Gives the value of a secret.</param>
    public static JsonElement Fill(JsonElement plan, JsonElement resolved, Func<string, string> reveal)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, plan, resolved, reveal);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement plan, JsonElement resolved, Func<string, string> reveal)
    {
        if (SecretRef.TryRead(plan, out SecretRef secret))
        {
            writer.WriteStringValue(reveal(secret.Name));
        }
        else if (SubtaskOutput.TryRead(plan, out _))
        {
            resolved.WriteTo(writer);
        }
        else if (plan.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach ((JsonProperty property, JsonProperty value) in plan.EnumerateObject().Zip(resolved.EnumerateObject()))
            {
                writer.WritePropertyName(value.Name);
                Write(writer, property.Value, value.Value, reveal);
            }

            writer.WriteEndObject();
        }
        else if (plan.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach ((JsonElement item, JsonElement value) in plan.EnumerateArray().Zip(resolved.EnumerateArray()))
            {
                Write(writer, item, value, reveal);
            }

            writer.WriteEndArray();
        }
        else
        {
            resolved.WriteTo(writer);
        }
    }
}
