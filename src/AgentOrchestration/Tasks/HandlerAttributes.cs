using System.Reflection;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Tasks;

/// <summary>What the attributes of a handler class say.</summary>
internal sealed record HandlerAttributes(TaskTypeAttribute TaskType, ResourceRequirements Resources, string? Endpoint, BatchableAttribute? Batchable)
{
    public static HandlerAttributes Read(Type handlerType)
    {
        TaskTypeAttribute taskType = handlerType.GetCustomAttribute<TaskTypeAttribute>(inherit: false)
            ?? throw new ArgumentException($"The class '{handlerType}' has no [TaskType] attribute; give it one with the name that plans use.");
        try
        {
            return new HandlerAttributes(
                taskType,
                ResourceRequirements.Of(handlerType.GetCustomAttributes<RequiresResourceAttribute>(inherit: false)
                    .Select(required => new ResourceAmount(required.Name, required.Amount))),
                handlerType.GetCustomAttribute<UsesEndpointAttribute>(inherit: false)?.Name,
                handlerType.GetCustomAttribute<BatchableAttribute>(inherit: false));
        }
        catch (ArgumentException refusal)
        {
            throw new ArgumentException($"The class '{handlerType}' has a [RequiresResource] that cannot be met: {refusal.Message}", refusal);
        }
    }

    public TaskTypeOptions ToOptions()
    {
        var options = new TaskTypeOptions { Version = TaskType.Version, Resources = Resources, Endpoint = Endpoint };
        if (TaskType.IsEffectDeclared)
        {
            options.Effect = TaskType.Effect;
        }

        if (Batchable is not null)
        {
            options.Batch.MaxSize = Batchable.MaxSize;
        }

        return options;
    }
}
