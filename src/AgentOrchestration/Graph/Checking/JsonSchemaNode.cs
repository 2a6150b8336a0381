using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Graph.Checking;

/// <summary>A schema within a document of schemas, with its references resolved. Covers what schemas of .NET types consist of.</summary>
internal readonly record struct JsonSchemaNode(JsonElement Document, JsonElement Schema)
{
    private const int MaxReferences = 16;

    private static readonly JsonElement Anything = JsonElement.Parse("true");

    private static readonly string[] AnyType = ["object", "array", "string", "number", "integer", "boolean", "null"];

    public bool IsOpen => Schema.ValueKind == JsonValueKind.True || (Schema.ValueKind == JsonValueKind.Object && Schema.GetPropertyCount() == 0);

    public bool IsNever => Schema.ValueKind == JsonValueKind.False;

    public static JsonSchemaNode Root(JsonElement document) => new JsonSchemaNode(document, document).Dereferenced();

    public JsonElement? Keyword(string name) =>
        Schema.ValueKind == JsonValueKind.Object && Schema.TryGetProperty(name, out JsonElement value) ? value : null;

    public JsonSchemaNode Child(JsonElement schema) => new JsonSchemaNode(Document, schema).Dereferenced();

    public JsonSchemaNode? Property(string name)
    {
        if (Keyword("properties") is { } properties && properties.TryGetProperty(name, out JsonElement property))
        {
            return Child(property);
        }

        return Keyword("additionalProperties") is { } additional
            ? additional.ValueKind == JsonValueKind.False ? null : Child(additional)
            : Child(Anything);
    }

    public JsonSchemaNode Items() => Keyword("items") is { } items ? Child(items) : Child(Anything);

    public IEnumerable<JsonSchemaNode> Children(string keyword)
    {
        JsonSchemaNode self = this;
        return Keyword(keyword) is { ValueKind: JsonValueKind.Array } schemas ? schemas.EnumerateArray().Select(self.Child) : [];
    }

    /// <summary>The types that a value may have; all of them when the schema does not say.</summary>
    public IReadOnlyList<string> Types() => Keyword("type") switch
    {
        { ValueKind: JsonValueKind.String } type => [type.GetString()!],
        { ValueKind: JsonValueKind.Array } types => [.. types.EnumerateArray().Select(type => type.GetString()!)],
        _ => AnyType,
    };

    public IReadOnlyList<string> Required() =>
        Keyword("required") is { ValueKind: JsonValueKind.Array } required ? [.. required.EnumerateArray().Select(name => name.GetString()!)] : [];

    /// <summary>The schema of a part of a value, or <see langword="null"/> when a value can have no such part.</summary>
    public JsonSchemaNode? Resolve(string path)
    {
        JsonSchemaNode node = this;
        foreach (string segment in JsonPointer.Segments(path))
        {
            JsonSchemaNode? part = node.Types().Contains("array") && JsonPointer.TryReadIndex(segment, out _) ? node.Items()
                : node.Types().Contains("object") ? node.Property(segment)
                : null;
            if (part is null)
            {
                return null;
            }

            node = part.Value;
        }

        return node;
    }

    /// <summary>Why no value of this schema fits <paramref name="expected"/>, or <see langword="null"/> when one may.</summary>
    public string? WhyItCannotStandFor(JsonSchemaNode expected) => WhyItCannotStandFor(expected, []);

    /// <param name="expected">What is expected.</param>
    /// <param name="assumed">Pairs that were asked about before: of types that contain themselves, the same question comes again.</param>
    private string? WhyItCannotStandFor(JsonSchemaNode expected, HashSet<(string Actual, string Expected)> assumed)
    {
        if (IsOpen || expected.IsOpen || expected.Children("anyOf").Any() || Children("anyOf").Any())
        {
            return null;
        }

        IReadOnlyList<string> mine = Types();
        IReadOnlyList<string> wanted = expected.Types();
        if (!assumed.Add((Schema.GetRawText(), expected.Schema.GetRawText())))
        {
            return null;
        }

        string[] common = [.. mine.Where(type => wanted.Contains(type) || (type == "integer" && wanted.Contains("number")))];
        if (common.Length == 0)
        {
            return $"it is {string.Join(" or ", mine)}, but {string.Join(" or ", wanted)} is expected";
        }

        if (common.All(type => type == "object"))
        {
            return WhyItsPropertiesDoNotFit(expected, assumed);
        }

        if (common.All(type => type == "array") && Items().WhyItCannotStandFor(expected.Items(), assumed) is { } reason)
        {
            return $"in its items {reason}";
        }

        return null;
    }

    /// <summary>What is required must be there; what is sure to be there must fit where it is read.</summary>
    private string? WhyItsPropertiesDoNotFit(JsonSchemaNode expected, HashSet<(string Actual, string Expected)> assumed)
    {
        IReadOnlyList<string> required = expected.Required();
        foreach (string name in required.Union(Required(), StringComparer.Ordinal))
        {
            if (Property(name) is not { } property)
            {
                if (required.Contains(name))
                {
                    return $"it has no property '{name}'";
                }
            }
            else if (expected.Property(name) is { } target && property.WhyItCannotStandFor(target, assumed) is { } reason)
            {
                return $"in its property '{name}' {reason}";
            }
        }

        return null;
    }

    private JsonSchemaNode Dereferenced()
    {
        JsonSchemaNode node = this;
        for (int depth = 0; depth < MaxReferences && node.Keyword("$ref") is { ValueKind: JsonValueKind.String } reference; depth++)
        {
            string target = reference.GetString()!;
            if (!target.StartsWith('#') || !JsonPointer.TryResolve(Document, target[1..], out JsonElement schema))
            {
                return node with { Schema = Anything };
            }

            node = node with { Schema = schema };
        }

        return node;
    }
}
