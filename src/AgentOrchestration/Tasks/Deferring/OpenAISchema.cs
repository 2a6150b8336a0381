using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Brings schemas into the form that the chat client of Microsoft.Extensions.AI.OpenAI sends, so that a model is asked the same in a batch.</summary>
internal static class OpenAISchema
{
    private const string Description = "description";

    /// <summary>What structured output does not know. It is said in the description, in this order.</summary>
    private static readonly string[] NotKnown =
    [
        "contentEncoding", "contentMediaType", "not", "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "multipleOf", "patternProperties", "minItems", "maxItems",
        "unevaluatedProperties", "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "contains", "minContains", "maxContains", "uniqueItems",
    ];

    private static readonly AIJsonSchemaTransformCache Answers = new(new AIJsonSchemaTransformOptions
    {
        DisallowAdditionalProperties = true,
        ConvertBooleanSchemas = true,
        MoveDefaultKeywordToDescription = true,
        RequireAllProperties = true,
        TransformSchemaNode = static (_, node) => Describe(node),
    });

    /// <summary>The schema of an answer; <see langword="null"/> when any JSON will do.</summary>
    public static JsonElement? Of(ChatResponseFormatJson format) => Answers.GetOrCreateTransformedSchema(format);

    /// <summary>Whether the parameters of a function can be written.</summary>
    public static bool CanWrite(JsonElement parameters) =>
        parameters.ValueKind == JsonValueKind.Object
        && Kind(parameters, "type") is JsonValueKind.Undefined or JsonValueKind.String
        && Kind(parameters, "required") is JsonValueKind.Undefined or JsonValueKind.Array
        && Kind(parameters, "properties") is JsonValueKind.Undefined or JsonValueKind.Object
        && Kind(parameters, "additionalProperties") is JsonValueKind.Undefined or JsonValueKind.True or JsonValueKind.False;

    /// <summary>Writes the parameters of a function; what a model needs and the schema leaves out is added.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement parameters)
    {
        writer.WriteStartObject();
        foreach (JsonProperty property in parameters.EnumerateObject())
        {
            property.WriteTo(writer);
        }

        if (Kind(parameters, "type") == JsonValueKind.Undefined)
        {
            writer.WriteString("type", "object");
        }

        if (Kind(parameters, "required") == JsonValueKind.Undefined)
        {
            writer.WriteStartArray("required");
            writer.WriteEndArray();
        }

        if (Kind(parameters, "properties") == JsonValueKind.Undefined)
        {
            writer.WriteStartObject("properties");
            writer.WriteEndObject();
        }

        if (Kind(parameters, "additionalProperties") == JsonValueKind.Undefined)
        {
            writer.WriteBoolean("additionalProperties", false);
        }

        writer.WriteEndObject();
    }

    private static JsonValueKind Kind(JsonElement schema, string name) => schema.TryGetProperty(name, out JsonElement value) ? value.ValueKind : JsonValueKind.Undefined;

    private static JsonNode Describe(JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }

        List<string> lines = [];
        foreach (string keyword in NotKnown)
        {
            if (schema[keyword] is { } value)
            {
                schema.Remove(keyword);
                lines.Add($"{keyword}: {value}");
            }
        }

        if (lines.Count > 0)
        {
            if (schema[Description] is JsonValue text && text.GetValueKind() == JsonValueKind.String)
            {
                lines.Insert(0, text.GetValue<string>());
            }

            schema[Description] = string.Join(Environment.NewLine, lines);
        }

        return node;
    }
}
