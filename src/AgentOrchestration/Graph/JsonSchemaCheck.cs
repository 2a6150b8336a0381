using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Graph;

/// <summary>
/// Checks a value against a schema and names every misfit. References stand for values that are not there yet: they are handed
/// out with the schema of their place instead of being checked, which is why no general validator serves here.
/// </summary>
internal sealed class JsonSchemaCheck(
    JsonElement schema,
    Func<JsonElement, bool> isReference,
    Action<JsonSchemaNode, JsonElement, string> onReference,
    Action<string, string> onMisfit)
{
    public void Run(JsonElement value) => Check(JsonSchemaNode.Root(schema), value, "");

    private void Check(JsonSchemaNode node, JsonElement value, string place)
    {
        if (isReference(value))
        {
            onReference(node, value, place);
            return;
        }

        if (node.IsNever)
        {
            onMisfit(place, "Nothing may stand here.");
            return;
        }

        if (!node.Types().Any(type => HasType(value, type)))
        {
            onMisfit(place, $"{Describe(value)} stands where {string.Join(" or ", node.Types())} is expected.");
            return;
        }

        CheckChoice(node, value, place);
        CheckRange(node, value, place);
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckProperties(node, value, place);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            JsonSchemaNode items = node.Items();
            int index = 0;
            foreach (JsonElement item in value.EnumerateArray())
            {
                Check(items, item, $"{place}/{index++}");
            }
        }
    }

    private void CheckProperties(JsonSchemaNode node, JsonElement value, string place)
    {
        foreach (string name in node.Required().Where(name => !value.TryGetProperty(name, out _)))
        {
            onMisfit(place, $"The property '{name}' is missing.");
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            string at = $"{place}/{JsonPointer.Escape(property.Name)}";
            if (node.Property(property.Name) is { } schemaOfProperty)
            {
                Check(schemaOfProperty, property.Value, at);
            }
            else
            {
                onMisfit(at, $"There is no property '{property.Name}'.");
            }
        }
    }

    private void CheckChoice(JsonSchemaNode node, JsonElement value, string place)
    {
        if (node.Keyword("enum") is { ValueKind: JsonValueKind.Array } choices && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            onMisfit(place, $"{Describe(value)} is none of {choices.GetRawText()}.");
        }

        if (node.Keyword("const") is { } constant && !JsonElement.DeepEquals(constant, value))
        {
            onMisfit(place, $"{Describe(value)} stands where only {constant.GetRawText()} may.");
        }

        JsonSchemaNode[] alternatives = [.. node.Children("anyOf"), .. node.Children("oneOf")];
        if (alternatives.Length > 0 && !alternatives.Any(alternative => Fits(alternative, value)))
        {
            onMisfit(place, $"{Describe(value)} fits none of the {alternatives.Length} alternatives.");
        }

        foreach (JsonSchemaNode part in node.Children("allOf"))
        {
            Check(part, value, place);
        }
    }

    private void CheckRange(JsonSchemaNode node, JsonElement value, string place)
    {
        (double Size, string Least, string Most)? range = value.ValueKind switch
        {
            JsonValueKind.Number => (value.GetDouble(), "minimum", "maximum"),
            JsonValueKind.String => (value.GetString()!.Length, "minLength", "maxLength"),
            JsonValueKind.Array => (value.GetArrayLength(), "minItems", "maxItems"),
            _ => null,
        };
        if (range is not { } measured)
        {
            return;
        }

        if (node.Keyword(measured.Least) is { ValueKind: JsonValueKind.Number } least && measured.Size < least.GetDouble())
        {
            onMisfit(place, $"{Describe(value)} is below the {measured.Least} of {least.GetRawText()}.");
        }

        if (node.Keyword(measured.Most) is { ValueKind: JsonValueKind.Number } most && measured.Size > most.GetDouble())
        {
            onMisfit(place, $"{Describe(value)} is above the {measured.Most} of {most.GetRawText()}.");
        }
    }

    private bool Fits(JsonSchemaNode alternative, JsonElement value)
    {
        bool fits = true;
        new JsonSchemaCheck(alternative.Document, isReference, onReference: (_, _, _) => { }, onMisfit: (_, _) => fits = false)
            .Check(alternative, value, "");
        return fits;
    }

    private static bool HasType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && (value.TryGetInt64(out _) || value.TryGetUInt64(out _))),
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Null => type == "null",
        _ => false,
    };

    private static string Describe(JsonElement value)
    {
        const int LongestShown = 40;
        string text = value.GetRawText();
        return text.Length <= LongestShown ? text : $"{text[..LongestShown]}…";
    }
}
