using System.Collections.Concurrent;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>The schemas of inputs, each looked through once. Safe for concurrent use.</summary>
internal sealed class InputSchemas(ITaskTypeRegistry taskTypes)
{
    private readonly ConcurrentDictionary<TaskDescriptor, InputSchema> _schemas = [];

    public InputSchema Of(TaskDescriptor taskType) =>
        _schemas.GetOrAdd(taskType, static (key, registry) => new InputSchema(registry.GetInputSchema(key)), taskTypes);
}
