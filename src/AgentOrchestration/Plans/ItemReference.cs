using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans;

/// <summary>Represents the item, or a part of it, in the arguments of a subtask that works through a list.</summary>
/// <param name="Path">A JSON pointer (RFC 6901) to a part of the item; empty for all of it.</param>
public readonly record struct ItemReference(string Path)
{
    internal const string PropertyName = "$item";

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$item": "/pointer"}</c>.</summary>
    /// <param name="item">The reference.</param>
    /// <returns>A new JSON object.</returns>
    public static implicit operator JsonNode(ItemReference item) => item.ToJsonNode();

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$item": "/pointer"}</c>.</summary>
    /// <returns>A new JSON object.</returns>
    public JsonNode ToJsonNode() => new JsonObject { [PropertyName] = Path };

    /// <summary>Reads a reference: an object whose only property is <c>$item</c>, a string.</summary>
    internal static bool TryRead(JsonElement element, out ItemReference item)
    {
        item = default;
        if (element.ValueKind != JsonValueKind.Object
            || element.GetPropertyCount() != 1
            || !element.TryGetProperty(PropertyName, out JsonElement path)
            || path.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        item = new ItemReference(path.GetString()!);
        return true;
    }

    /// <summary>The arguments of one item: every reference replaced by its value.</summary>
    internal static JsonElement Fill(JsonElement? arguments, JsonElement item) => arguments is { } template
        ? JsonSerializer.SerializeToElement(Fill(template, item), PlanJsonContext.Default.JsonNode)
        : item;

    private static JsonNode? Fill(JsonElement template, JsonElement item)
    {
        if (TryRead(template, out ItemReference reference))
        {
            return JsonPointer.TryResolve(item, reference.Path, out JsonElement part)
                ? JsonNode.Parse(part.GetRawText())
                : throw new InvalidOperationException($"The item has no part '{reference.Path}'.");
        }

        switch (template.ValueKind)
        {
            case JsonValueKind.Object:
                var copy = new JsonObject();
                foreach (JsonProperty property in template.EnumerateObject())
                {
                    copy[property.Name] = Fill(property.Value, item);
                }

                return copy;
            case JsonValueKind.Array:
                return new JsonArray([.. template.EnumerateArray().Select(element => Fill(element, item))]);
            default:
                return JsonNode.Parse(template.GetRawText());
        }
    }
}
