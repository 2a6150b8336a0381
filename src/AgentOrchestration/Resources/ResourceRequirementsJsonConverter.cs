using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Resources;

/// <summary>The JSON form: an object of names and amounts, <c>{"gpu": 1, "memory": 4096}</c>.</summary>
internal sealed class ResourceRequirementsJsonConverter : JsonConverter<ResourceRequirements>
{
    public override ResourceRequirements Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("Resources are an object of names and whole amounts, for example {\"gpu\": 1}.");
        }

        List<ResourceAmount> amounts = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            if (!reader.Read() || !TryReadAmount(ref reader, out long amount))
            {
                throw new JsonException($"The amount of '{name}' is not a whole number.");
            }

            if (!names.Add(name))
            {
                throw new JsonException($"'{name}' is named twice.");
            }

            // A model that must fill in every resource writes null or 0 for those it does not need.
            if (amount != 0)
            {
                amounts.Add(new ResourceAmount(name, amount));
            }
        }

        try
        {
            return ResourceRequirements.Of(amounts);
        }
        catch (ArgumentException refusal)
        {
            throw new JsonException(refusal.Message, refusal);
        }
    }

    public override void Write(Utf8JsonWriter writer, ResourceRequirements value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (ResourceAmount amount in value.Amounts)
        {
            writer.WriteNumber(amount.Name, amount.Amount);
        }

        writer.WriteEndObject();
    }

    private static bool TryReadAmount(ref Utf8JsonReader reader, out long amount)
    {
        amount = 0;
        return reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out amount));
    }
}
