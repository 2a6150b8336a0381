using System.Text.Json;

namespace AgentOrchestration.Graph.Checking;

/// <summary>The schema of a task type's input, as it is checked on arguments whose references have been resolved.</summary>
internal sealed class InputSchema(JsonElement schema)
{
    private static readonly string[] Constraints =
    [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "enum", "const", "not",
    ];

    public JsonElement Schema { get; } = schema;

    /// <summary>Gets whether the schema excludes values that the type itself holds: bounds, enums, patterns.</summary>
    public bool HasConstraints { get; } = FindConstraint(schema);

    private static bool FindConstraint(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().Any(property => IsConstraint(property) || FindConstraint(property.Value)),
        JsonValueKind.Array => schema.EnumerateArray().Any(FindConstraint),
        _ => false,
    };

    /// <summary>A property of the input may have the name of a keyword; its value is a schema then.</summary>
    private static bool IsConstraint(JsonProperty property) =>
        Constraints.Contains(property.Name) && (property.Name == "not" || property.Value.ValueKind is not JsonValueKind.Object);
}
