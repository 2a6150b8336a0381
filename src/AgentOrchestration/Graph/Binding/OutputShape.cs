using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Binding;

/// <summary>What the output of a subtask looks like.</summary>
/// <param name="Type">Its .NET type.</param>
/// <param name="Schema">Its JSON schema.</param>
internal sealed record OutputShape(Type Type, JsonElement Schema)
{
    /// <returns>The shape, or <see langword="null"/> when the task type, or one within its plan, is unknown.</returns>
    public static OutputShape? Of(Subtask subtask, ITaskTypeRegistry taskTypes)
    {
        if (subtask.Plan is { } plan)
        {
            return OfPlan(plan, taskTypes);
        }

        if (!taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType))
        {
            return null;
        }

        JsonElement schema = taskTypes.GetOutputSchema(taskType);
        return !subtask.IsForEach ? new OutputShape(taskType.OutputType, schema)
            : subtask.OnItemFailure.ListsErrors ? new OutputShape(taskType.Invoker.ResultListType, ResultsOf(schema))
            : new OutputShape(taskType.Invoker.OutputListType, ListOf(schema));
    }

    /// <summary>The subtasks that no other of the plan depends on, with their places in the plan.</summary>
    public static IEnumerable<(int Index, Subtask Subtask)> LastOf(TaskPlan plan)
    {
        HashSet<string> inner = [.. plan.Subtasks.SelectMany(subtask => subtask.DependsOn.Concat(subtask.OptionalDependsOn))];
        return plan.Subtasks.Index().Where(subtask => !inner.Contains(subtask.Item.Id));
    }

    private static OutputShape? OfPlan(TaskPlan plan, ITaskTypeRegistry taskTypes)
    {
        var properties = new JsonObject();
        foreach ((int _, Subtask last) in LastOf(plan))
        {
            if (Of(last, taskTypes) is not { } shape)
            {
                return null;
            }

            properties[last.Id] = Moved(shape.Schema, $"/properties/{JsonPointer.Escape(last.Id)}");
        }

        HashSet<string> guarded = GuardedIn(plan);
        string[] names = [.. properties.Select(property => property.Key).Where(name => !guarded.Contains(name))];
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
            ["additionalProperties"] = false,
        };
        return new OutputShape(typeof(JsonElement), JsonSerializer.SerializeToElement(schema, PlanJsonContext.Default.JsonNode));
    }

    /// <summary>The subtasks of a plan that a condition may skip: their own, or that of one that they need.</summary>
    private static HashSet<string> GuardedIn(TaskPlan plan)
    {
        HashSet<string> guarded = [.. plan.Subtasks.Where(subtask => subtask.Condition is not null).Select(subtask => subtask.Id)];
        if (guarded.Count > 0)
        {
            ILookup<string, string> successors = plan.Subtasks.SelectMany(subtask => subtask.DependsOn.Select(id => (id, subtask.Id))).ToLookup(edge => edge.id, edge => edge.Id);
            Stack<string> open = new(guarded);
            while (open.TryPop(out string? next))
            {
                foreach (string successor in successors[next].Where(guarded.Add))
                {
                    open.Push(successor);
                }
            }
        }

        return guarded;
    }

    private static JsonElement ResultsOf(JsonElement output) =>
        JsonSerializer.SerializeToElement(ItemResultsJson.SchemaOf(Moved(output, "/items/properties/output")), PlanJsonContext.Default.JsonNode);

    private static JsonElement ListOf(JsonElement item) => JsonSerializer.SerializeToElement(
        new JsonObject { ["type"] = "array", ["items"] = Moved(item, "/items") }, PlanJsonContext.Default.JsonNode);

    /// <summary>The schema at another place of a document: its pointers to itself have to follow.</summary>
    private static JsonNode? Moved(JsonElement schema, string place)
    {
        JsonNode? copy = JsonNode.Parse(schema.GetRawText());
        Move(copy, place);
        return copy;
    }

    private static void Move(JsonNode? node, string place)
    {
        if (node is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                Move(item, place);
            }
        }
        else if (node is JsonObject schema)
        {
            if (schema["$ref"] is JsonValue reference && reference.TryGetValue(out string? target) && target.StartsWith('#'))
            {
                schema["$ref"] = $"#{place}{target[1..]}";
            }

            foreach ((string _, JsonNode? child) in schema)
            {
                Move(child, place);
            }
        }
    }
}
