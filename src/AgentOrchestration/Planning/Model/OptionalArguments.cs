using System.Buffers;
using System.Text.Json;
using AgentOrchestration.Plans.Preview;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// Reads null for an optional property of arguments as a property that is left out. The schema of a plan requires every property, as strict
/// structured output does, so that a model has no other way to leave one out; the prompt says so.
/// </summary>
internal sealed class OptionalArguments(ITaskTypeRegistry taskTypes)
{
    /// <summary>Leaves out the optional properties of a subtask's arguments that are null.</summary>
    /// <returns>The subtask; the same one when there is nothing to leave out.</returns>
    public Subtask LeaveOut(Subtask subtask)
    {
        if (subtask.Arguments is not { ValueKind: JsonValueKind.Object or JsonValueKind.Array } arguments
            || !taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType)
            || ArgumentsText.WhyUnreadable(arguments) is not null)
        {
            return subtask;
        }

        JsonElement schema = taskTypes.GetInputSchema(taskType);
        return IsAnyLeftOut(arguments, schema) ? subtask with { Arguments = Write(arguments, schema) } : subtask;
    }

    /// <summary>Leaves out the optional properties that are null, in all subtasks.</summary>
    public TaskPlan LeaveOut(TaskPlan plan)
    {
        Subtask[] subtasks = [.. plan.Subtasks.Select(LeaveOut)];
        return subtasks.Index().All(subtask => ReferenceEquals(subtask.Item, plan.Subtasks[subtask.Index])) ? plan : plan with { Subtasks = subtasks };
    }

    private static JsonElement Write(JsonElement arguments, JsonElement schema)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(arguments, schema, writer);
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static bool IsAnyLeftOut(JsonElement value, JsonElement schema) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Any(property => IsLeftOut(property, schema) || IsAnyLeftOut(property.Value, SchemaOf(property.Name, schema))),
        JsonValueKind.Array => value.EnumerateArray().Any(item => IsAnyLeftOut(item, SchemaOfItems(schema))),
        _ => false,
    };

    private static void Write(JsonElement value, JsonElement schema, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in value.EnumerateObject().Where(property => !IsLeftOut(property, schema)))
                {
                    writer.WritePropertyName(property.Name);
                    Write(property.Value, SchemaOf(property.Name, schema), writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(item, SchemaOfItems(schema), writer);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool IsLeftOut(JsonProperty property, JsonElement schema) =>
        property.Value.ValueKind == JsonValueKind.Null
        && SchemaOf(property.Name, schema).ValueKind != JsonValueKind.Undefined
        && !(schema.TryGetProperty("required", out JsonElement required) && required.EnumerateArray().Any(name => name.ValueEquals(property.Name)));

    private static JsonElement SchemaOf(string name, JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && schema.TryGetProperty("properties", out JsonElement properties)
        && properties.TryGetProperty(name, out JsonElement found) ? found : default;

    private static JsonElement SchemaOfItems(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("items", out JsonElement items) ? items : default;
}
