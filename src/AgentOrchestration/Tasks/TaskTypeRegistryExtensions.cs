namespace AgentOrchestration.Tasks;

/// <summary>Finds task types.</summary>
public static class TaskTypeRegistryExtensions
{
    /// <summary>Gets the task type of a name.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="name">The name, compared ordinally.</param>
    /// <returns>The registered task type.</returns>
    /// <exception cref="UnknownTaskTypeException">There is none; the message names those there are.</exception>
    public static TaskDescriptor Get(this ITaskTypeRegistry registry, string name)
    {
        ArgumentNullException.ThrowIfNull(registry);
        return registry.TryGet(name, out TaskDescriptor? taskType)
            ? taskType
            : throw new UnknownTaskTypeException(name, registry.TaskTypes.Select(known => known.Name));
    }
}
