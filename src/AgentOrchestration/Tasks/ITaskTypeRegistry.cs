using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AgentOrchestration.Tasks;

/// <summary>The registered task types by name. Names are compared ordinally. Implementations must be safe for concurrent use.</summary>
public interface ITaskTypeRegistry
{
    /// <summary>Gets all task types.</summary>
    /// <value>Ordered by name.</value>
    IReadOnlyList<TaskDescriptor> TaskTypes { get; }

    /// <summary>Finds a task type.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="taskType">The task type.</param>
    /// <returns>Whether there is one.</returns>
    bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType);

    /// <summary>Gets the JSON schema of a task type's input.</summary>
    /// <param name="taskType">A task type of this registry.</param>
    /// <returns>A JSON schema.</returns>
    JsonElement GetInputSchema(TaskDescriptor taskType);

    /// <summary>Gets the JSON schema of a task type's output.</summary>
    /// <param name="taskType">A task type of this registry.</param>
    /// <returns>A JSON schema.</returns>
    JsonElement GetOutputSchema(TaskDescriptor taskType);
}
