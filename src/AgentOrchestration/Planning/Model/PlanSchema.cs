using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// The JSON schema of a plan for structured output. Each task type is an alternative with its own arguments, because model endpoints
/// close every object: a free-form "arguments" would arrive there as one that must be empty.
/// </summary>
internal static class PlanSchema
{
    public const string Name = "task_plan";

    private const string OutputName = "output";
    private const string ListName = "list";
    private const string ItemName = "item";
    private const string ConditionName = "when";
    private const string DependenciesName = "ids";
    private const string AmountsName = "resources";

    private static readonly JsonSerializerOptions Readable = new(PlanJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the schema.</summary>
    /// <param name="taskTypes">The task types.</param>
    /// <param name="pools">The resources.</param>
    /// <param name="language">The parts of a plan to teach.</param>
    /// <param name="shown">The task types whose schemas are shown, others being requested; <see langword="null"/> for all.</param>
    public static JsonElement Create(ITaskTypeRegistry taskTypes, IReadOnlyList<ResourcePoolSnapshot> pools, PlanLanguage language, IReadOnlyList<TaskDescriptor>? shown = null)
    {
        JsonNode[] alternatives = [.. (shown ?? taskTypes.TaskTypes).Select(taskType => SubtaskOf(taskType, taskTypes.GetInputSchema(taskType), language))];
        var properties = new JsonObject();
        if (shown is not null)
        {
            // Before the subtasks: a model decides on it before it plans.
            properties[PropertyNames.Schemas] = new JsonObject { ["type"] = "array", ["items"] = Typed("string") };
        }

        properties[PropertyNames.Subtasks] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = new JsonArray(alternatives) } };
        JsonObject plan = ClosedObject(properties);
        plan["$defs"] = Definitions(pools, language);
        return JsonSerializer.SerializeToElement(plan, PlanJsonContext.Default.JsonNode);
    }

    /// <summary>
    /// Whether the schema of a plan says all that the schema of an input does. Not when that is recursive: its pointers would lead nowhere inside
    /// another document.
    /// </summary>
    public static bool Holds(JsonElement input) => Holds(input.GetRawText());

    private static bool Holds(string input) => !input.Contains("\"$ref\"", StringComparison.Ordinal);

    /// <summary>Keywords that endpoints reject become a part of the description: the model knows them, and the plan check holds the arguments to them.</summary>
    private static void DescribeInWords(JsonObject schema)
    {
        var words = new JsonObject();
        foreach ((string keyword, JsonNode? value) in schema.Where(keyword => !StrictSchema.Knows(keyword.Key)).ToArray())
        {
            schema.Remove(keyword);
            if (value is not null && keyword != "$schema")
            {
                words[keyword] = value;
            }
        }

        if (words.Count > 0)
        {
            schema["description"] = schema["description"] is { } description ? $"{description} {words.ToJsonString(Readable)}" : words.ToJsonString(Readable);
        }
    }

    private static JsonObject SubtaskOf(TaskDescriptor taskType, JsonElement input, PlanLanguage language)
    {
        var properties = new JsonObject
        {
            ["id"] = Typed("string"),
            ["name"] = Typed("string"),
            ["description"] = Typed("string"),
            ["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(taskType.Name) },
            ["dependsOn"] = Defined(DependenciesName),
        };
        if (language.HasLists)
        {
            properties["forEach"] = Defined(ListName);
            properties["onItemFailure"] = Typed("string", "integer", "null");
        }

        if (language.HasConditions)
        {
            properties["when"] = Defined(ConditionName);
        }

        properties["arguments"] = Referable(JsonNode.Parse(input.GetRawText()), language);
        properties["estimatedMinutes"] = Typed("number");
        properties["resources"] = Defined(AmountsName);
        return ClosedObject(properties);
    }

    /// <summary>What appears in many places is defined once: a schema is sent with every request.</summary>
    private static JsonObject Definitions(IReadOnlyList<ResourcePoolSnapshot> pools, PlanLanguage language)
    {
        var amounts = new JsonObject();
        foreach (ResourcePoolSnapshot pool in pools)
        {
            amounts[pool.Name] = Typed("integer", "null");
        }

        var definitions = new JsonObject
        {
            [OutputName] = ClosedObject(new JsonObject { [SubtaskOutput.PropertyName] = Typed("string") }),
            [DependenciesName] = new JsonObject { ["type"] = "array", ["items"] = Typed("string") },
            [AmountsName] = ClosedObject(amounts),
        };
        if (language.HasLists)
        {
            var items = new JsonObject { ["anyOf"] = new JsonArray(Typed("string", "number", "boolean"), Defined(OutputName)) };
            var list = new JsonObject { ["type"] = "array", ["items"] = items };
            definitions[ListName] = new JsonObject { ["anyOf"] = new JsonArray(Typed("string", "null"), list) };
            definitions[ItemName] = ClosedObject(new JsonObject { [ItemReference.PropertyName] = Typed("string") });
        }

        if (language.HasConditions)
        {
            JsonObject condition = ClosedObject(new JsonObject
            {
                ["output"] = Typed("string"),
                ["is"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("equals", "notEquals", "greaterThan", "lessThan", "exists") },
                ["value"] = Typed("string", "number", "boolean", "null"),
            });
            definitions[ConditionName] = new JsonObject { ["anyOf"] = new JsonArray(condition, Typed("null")) };
        }

        return definitions;
    }

    private static JsonObject Defined(string name) => new() { ["$ref"] = "#/$defs/" + name };

    /// <summary>
    /// Allows a reference in every place of a schema: to an output (<see cref="SubtaskOutput"/>), or to an item (<see cref="ItemReference"/>). Requires
    /// every property, and allows null for those that may be left out.
    /// </summary>
    private static JsonObject Referable(JsonNode? schema, PlanLanguage language)
    {
        if (schema is not JsonObject { Count: > 0 } closed || !Holds(closed.ToJsonString()))
        {
            // The plan check still holds its arguments to it.
            return [];
        }

        DescribeInWords(closed);

        if (closed["properties"] is JsonObject properties)
        {
            HashSet<string> required = [.. (closed["required"] as JsonArray ?? []).Select(name => (string)name!)];
            foreach (string name in properties.Select(property => property.Key).ToArray())
            {
                JsonObject referable = Referable(properties[name]?.DeepClone(), language);
                if (!required.Contains(name) && referable["anyOf"] is JsonArray forms)
                {
                    forms.Add((JsonNode)Typed("null"));
                }

                properties[name] = referable;
            }

            closed["required"] = NamesOf(properties);
        }

        foreach (string keyword in (ReadOnlySpan<string>)["items", "additionalProperties"])
        {
            if (closed[keyword] is JsonObject inner)
            {
                closed[keyword] = Referable(inner.DeepClone(), language);
            }
        }

        var alternatives = new JsonArray(closed, Defined(OutputName));
        if (language.HasLists)
        {
            alternatives.Add((JsonNode)Defined(ItemName));
        }

        return new JsonObject { ["anyOf"] = alternatives };
    }

    private static JsonObject ClosedObject(JsonObject properties) => new()
    {
        ["type"] = "object",
        ["properties"] = properties,
        ["required"] = NamesOf(properties),
        ["additionalProperties"] = false,
    };

    private static JsonArray NamesOf(JsonObject properties) => new([.. properties.Select(property => (JsonNode)property.Key)]);

    private static JsonObject Typed(params ReadOnlySpan<string> types)
    {
        if (types.Length == 1)
        {
            return new JsonObject { ["type"] = types[0] };
        }

        var names = new JsonArray();
        foreach (string type in types)
        {
            names.Add((JsonNode)type);
        }

        return new JsonObject { ["type"] = names };
    }
}
