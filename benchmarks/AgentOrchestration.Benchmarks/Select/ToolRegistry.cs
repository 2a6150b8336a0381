using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>Tools as task types. Their schemas say the kinds of their inputs and outputs: an image is an object of its own, as it is in a typed program.</summary>
internal sealed class ToolRegistry(IReadOnlyList<Tool> tools) : ITaskTypeRegistry
{
    private readonly Dictionary<string, (JsonElement Input, JsonElement Output)> _schemas = tools.ToDictionary(
        tool => tool.Name, tool => (SchemaOf(tool.Inputs), SchemaOf(tool.Outputs)), StringComparer.Ordinal);

    private readonly Dictionary<string, TaskDescriptor> _byName = tools.ToDictionary(
        tool => tool.Name,
        tool => TaskDescriptor.For(tool.Name, tool.Description, (JsonElement _, TaskContext _, CancellationToken _) => ValueTask.FromResult(tool.Name)),
        StringComparer.Ordinal);

    public IReadOnlyList<TaskDescriptor> TaskTypes => field ??= [.. _byName.Values.OrderBy(taskType => taskType.Name, StringComparer.Ordinal)];

    public bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType) => _byName.TryGetValue(name, out taskType);

    public JsonElement GetInputSchema(TaskDescriptor taskType) => _schemas[taskType.Name].Input;

    public JsonElement GetOutputSchema(TaskDescriptor taskType) => _schemas[taskType.Name].Output;

    private static JsonElement SchemaOf(IReadOnlyList<string> kinds)
    {
        var properties = new JsonObject();
        foreach ((int place, string kind) in kinds.Index())
        {
            properties[$"value{place}"] = kind == "text"
                ? new JsonObject { ["type"] = "string" }
                : new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { [$"{kind}File"] = new JsonObject { ["type"] = "string" } } };
        }

        return JsonSerializer.SerializeToElement(new JsonObject { ["type"] = "object", ["properties"] = properties });
    }
}
