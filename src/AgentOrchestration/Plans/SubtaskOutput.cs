using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>Refers to the output of a subtask, or to a part of it, in the arguments of another.</summary>
/// <param name="SubtaskId">The subtask that produces the output.</param>
/// <param name="Path">A JSON pointer (RFC 6901) to a part of the output; empty for all of it.</param>
/// <example>
/// <code>
/// SubtaskRef sales = plan.Add("sales", "read_table", "sales.csv");
/// plan.Add("first", "summarize", sales.Output("/rows/0"));
/// </code>
/// </example>
public readonly record struct SubtaskOutput(string SubtaskId, string Path)
{
    internal const string PropertyName = "$output";

    /// <summary>The reference as it is written: <c>id/pointer</c>, with <c>~1</c> for a slash within the id as in a JSON pointer.</summary>
    internal string Text => JsonPointer.Escape(SubtaskId) + Path;

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$output": "id/pointer"}</c>.</summary>
    /// <param name="output">The reference.</param>
    /// <returns>A new JSON object.</returns>
    public static implicit operator JsonNode(SubtaskOutput output) => output.ToJsonNode();

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$output": "id/pointer"}</c>.</summary>
    /// <returns>A new JSON object.</returns>
    public JsonNode ToJsonNode() => new JsonObject { [PropertyName] = Text };

    /// <summary>Reads <c>id/pointer</c>, with <c>~1</c> for a slash within the id.</summary>
    internal static SubtaskOutput Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string id = slash < 0 ? text : text[..slash];
        return new SubtaskOutput(id.Contains('~', StringComparison.Ordinal) ? JsonPointer.Unescape(id) : id, slash < 0 ? "" : text[slash..]);
    }

    /// <summary>Reads a reference: an object whose only property is <c>$output</c>, a string.</summary>
    internal static bool TryRead(JsonElement element, out SubtaskOutput output)
    {
        output = default;
        if (element.ValueKind != JsonValueKind.Object
            || element.GetPropertyCount() != 1
            || !element.TryGetProperty(PropertyName, out JsonElement target)
            || target.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        output = Parse(target.GetString()!);
        return true;
    }
}
