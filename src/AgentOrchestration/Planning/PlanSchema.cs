using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning;

/// <summary>
/// The JSON schema of a plan for structured output. Each task type is an alternative with its own arguments, because model endpoints
/// close every object: a free-form "arguments" would arrive there as one that must be empty.
/// </summary>
internal static class PlanSchema
{
    public const string Name = "task_plan";

    public static JsonElement Create(ITaskTypeRegistry taskTypes, IReadOnlyList<ResourcePoolSnapshot> pools)
    {
        JsonNode[] alternatives = [.. taskTypes.TaskTypes.Select(taskType => SubtaskOf(taskType, taskTypes.GetInputSchema(taskType), pools))];
        JsonObject plan = ClosedObject(new JsonObject
        {
            ["subtasks"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = new JsonArray(alternatives) } },
        });
        return JsonSerializer.SerializeToElement(plan, PlanJsonContext.Default.JsonNode);
    }

    private static JsonObject SubtaskOf(TaskDescriptor taskType, JsonElement input, IReadOnlyList<ResourcePoolSnapshot> pools)
    {
        var amounts = new JsonObject();
        foreach (ResourcePoolSnapshot pool in pools)
        {
            amounts[pool.Name] = new JsonObject { ["type"] = new JsonArray("integer", "null") };
        }

        return ClosedObject(new JsonObject
        {
            ["id"] = Text("1 to 64 of A-Z a-z 0-9 _ -, unique in the plan"),
            ["name"] = Text("a short name for people"),
            ["description"] = Text("what the subtask is for"),
            ["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray(taskType.Name) },
            ["dependsOn"] = new JsonObject { ["type"] = "array", ["items"] = Text("the id of a subtask that must succeed before") },
            ["arguments"] = Referable(JsonNode.Parse(input.GetRawText())),
            ["estimatedMinutes"] = new JsonObject { ["type"] = "number" },
            ["resources"] = ClosedObject(amounts),
        });
    }

    /// <summary>The schema with a reference allowed in every place, as <see cref="SubtaskOutput"/> describes it.</summary>
    private static JsonObject Referable(JsonNode? schema)
    {
        if (schema is not JsonObject { Count: > 0 } closed || closed.ToJsonString().Contains("\"$ref\"", StringComparison.Ordinal))
        {
            // Open, or recursive: its pointers would lead nowhere inside another document. The plan check still holds its arguments to it.
            return [];
        }

        if (closed["properties"] is JsonObject properties)
        {
            foreach (string name in properties.Select(property => property.Key).ToArray())
            {
                properties[name] = Referable(properties[name]?.DeepClone());
            }
        }

        foreach (string keyword in (ReadOnlySpan<string>)["items", "additionalProperties"])
        {
            if (closed[keyword] is JsonObject inner)
            {
                closed[keyword] = Referable(inner.DeepClone());
            }
        }

        JsonObject reference = ClosedObject(new JsonObject { [SubtaskOutput.PropertyName] = Text("the id of a dependency, or id/path to a part of its output") });
        return new JsonObject { ["anyOf"] = new JsonArray(closed, reference) };
    }

    private static JsonObject ClosedObject(JsonObject properties) => new()
    {
        ["type"] = "object",
        ["properties"] = properties,
        ["required"] = new JsonArray([.. properties.Select(property => (JsonNode)property.Key)]),
        ["additionalProperties"] = false,
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
