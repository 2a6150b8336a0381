using System.Reflection;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Tasks;

/// <summary>What the attributes of a handler class say.</summary>
internal sealed record HandlerAttributes(TaskTypeAttribute TaskType, ResourceRequirements Resources, string? Endpoint)
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
                handlerType.GetCustomAttribute<UsesEndpointAttribute>(inherit: false)?.Name);
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

        return options;
    }
}
