using System.Text.Json;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// The part of JSON Schema that endpoints can force an answer into ("strict" structured output): every object lists its properties, requires
/// all of them and allows no others.
/// </summary>
internal static class StrictSchema
{
    private const int MaxNesting = 10;
    private const int MaxProperties = 5_000;

    /// <summary>Gets whether a schema is within that part. An endpoint rejects one that is not.</summary>
    public static bool Allows(JsonElement schema)
    {
        int properties = 0;
        return schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out _) && Allows(schema, MaxNesting, ref properties);
    }

    /// <summary>Gets whether a keyword is within that part.</summary>
    public static bool Knows(string keyword) => keyword is
        "type" or "enum" or "const" or "description" or "properties" or "required" or "additionalProperties" or "items" or "anyOf"
        or "format" or "pattern" or "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" or "minItems" or "maxItems";

    private static bool Allows(JsonElement schema, int nesting, ref int properties)
    {
        if (schema.ValueKind != JsonValueKind.Object || (!schema.TryGetProperty("type", out _) && !schema.TryGetProperty("anyOf", out _) && !schema.TryGetProperty("$ref", out _)))
        {
            return false;
        }

        if ((Is(schema, "object") && (nesting == 0 || !IsClosed(schema))) || (Is(schema, "array") && !schema.TryGetProperty("items", out _)))
        {
            return false;
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (!Allows(keyword, nesting, ref properties))
            {
                return false;
            }
        }

        return properties <= MaxProperties;
    }

    private static bool Allows(JsonProperty keyword, int nesting, ref int properties)
    {
        switch (keyword.Name)
        {
            case "items":
                return Allows(keyword.Value, nesting, ref properties);
            case "$ref":
                return true;
            case "properties" or "$defs":
                foreach (JsonProperty property in keyword.Value.EnumerateObject())
                {
                    properties++;
                    if (!Allows(property.Value, nesting - 1, ref properties))
                    {
                        return false;
                    }
                }

                return true;
            case "anyOf":
                foreach (JsonElement alternative in keyword.Value.EnumerateArray())
                {
                    if (!Allows(alternative, nesting, ref properties))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return Knows(keyword.Name);
        }
    }

    private static bool Is(JsonElement schema, string name) => schema.TryGetProperty("type", out JsonElement type) && (IsText(type, name)
        || (type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(one => IsText(one, name))));

    private static bool IsClosed(JsonElement schema)
    {
        if (!schema.TryGetProperty("additionalProperties", out JsonElement additional) || additional.ValueKind != JsonValueKind.False
            || !schema.TryGetProperty("properties", out JsonElement properties)
            || !schema.TryGetProperty("required", out JsonElement required))
        {
            return false;
        }

        HashSet<string?> names = [.. required.EnumerateArray().Select(name => name.GetString())];
        return properties.EnumerateObject().All(property => names.Contains(property.Name));
    }

    private static bool IsText(JsonElement element, string text) => element.ValueKind == JsonValueKind.String && element.ValueEquals(text);
}
