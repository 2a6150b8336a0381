using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Planning.Repair;

/// <summary>The kinds of values that a schema admits, and what a text must be that stands where none may.</summary>
internal static class ArgumentKinds
{
    private const int MostAlternatives = 20;

    /// <summary>Decides whether numbers must be whole.</summary>
    public static bool IsInteger(JsonSchemaNode schema) => Of(schema) is { } kinds && kinds.Contains("integer") && !kinds.Contains("number");

    /// <summary>Finds the schema of the only kind of object, or of array, that is admitted.</summary>
    public static JsonSchemaNode? Only(JsonSchemaNode schema, string kind)
    {
        JsonSchemaNode[] alternatives = AlternativesOf(schema);
        if (alternatives.Length == 0)
        {
            return schema;
        }

        JsonSchemaNode[] fitting = [.. alternatives.Where(alternative => Of(alternative) is not { } kinds || kinds.Contains(kind))];
        return fitting.Length == 1 ? fitting[0] : null;
    }

    /// <summary>Reads a text that stands where no text may, as the JSON of what may.</summary>
    /// <returns>The value, or <see langword="null"/> when a text may stand there or it is something else.</returns>
    public static JsonElement? Decode(JsonSchemaNode schema, string text)
    {
        if (Of(schema) is not { } kinds || kinds.Contains("string") || EncodedJson.Read(text) is not { } value)
        {
            return null;
        }

        bool fits = value.ValueKind switch
        {
            JsonValueKind.Object => kinds.Contains("object"),
            JsonValueKind.Array => kinds.Contains("array"),
            JsonValueKind.Number => kinds.Contains("number") || (kinds.Contains("integer") && WholeNumbers.Read(value.GetRawText()) is not null),
            JsonValueKind.True or JsonValueKind.False => kinds.Contains("boolean"),
            JsonValueKind.Null => kinds.Contains("null"),
            _ => false,
        };
        return fits ? value : null;
    }

    /// <returns>The kinds, or <see langword="null"/> when the schema does not say.</returns>
    private static IReadOnlyCollection<string>? Of(JsonSchemaNode schema)
    {
        JsonSchemaNode[] alternatives = AlternativesOf(schema);
        if (alternatives.Length == 0)
        {
            return schema.Keyword("type") is null ? null : schema.Types();
        }

        HashSet<string> kinds = new(StringComparer.Ordinal);
        foreach (JsonSchemaNode alternative in alternatives.Take(MostAlternatives))
        {
            if (alternative.Keyword("type") is null)
            {
                return null;
            }

            kinds.UnionWith(alternative.Types());
        }

        return alternatives.Length > MostAlternatives ? null : kinds;
    }

    private static JsonSchemaNode[] AlternativesOf(JsonSchemaNode schema) => [.. schema.Children("anyOf"), .. schema.Children("oneOf")];
}
