using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tasks;

/// <summary>The built-in registry. Complete when it is made: a duplicate name or a type without a JSON form is found then, not in mid-run.</summary>
internal sealed class TaskTypeRegistry : ITaskTypeRegistry
{
    private readonly FrozenDictionary<string, TaskDescriptor> _byName;
    private readonly FrozenDictionary<TaskDescriptor, TaskSchemas> _schemas;

    public TaskTypeRegistry(IEnumerable<TaskDescriptor> taskTypes, PayloadSerializer serializer)
    {
        TaskTypes = [.. taskTypes.OrderBy(taskType => taskType.Name, StringComparer.Ordinal)];
        foreach ((TaskDescriptor previous, TaskDescriptor next) in TaskTypes.Zip(TaskTypes.Skip(1)))
        {
            if (previous.Name == next.Name)
            {
                throw new InvalidOperationException($"The task type '{next.Name}' is registered twice: as {previous} and as {next}. Rename one.");
            }
        }

        _byName = TaskTypes.ToFrozenDictionary(taskType => taskType.Name, StringComparer.Ordinal);
        _schemas = TaskTypes.ToFrozenDictionary(taskType => taskType, taskType => TaskSchemas.Of(taskType, serializer.Options));
    }

    public IReadOnlyList<TaskDescriptor> TaskTypes { get; }

    public bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType) => _byName.TryGetValue(name, out taskType);

    public JsonElement GetInputSchema(TaskDescriptor taskType) => _schemas[taskType].Input;

    public JsonElement GetOutputSchema(TaskDescriptor taskType) => _schemas[taskType].Output;
}
