using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AgentOrchestration.Tasks;

/// <summary>The registered task types by name. Names are compared ordinally. Implementations must be safe for concurrent use.</summary>
public interface ITaskTypeRegistry
{
    /// <summary>All task types, ordered by name.</summary>
    IReadOnlyList<TaskDescriptor> TaskTypes { get; }

    /// <summary>Finds a task type.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="taskType">The task type.</param>
    /// <returns>Whether there is one.</returns>
    bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType);

    /// <summary>The JSON schema of a task type's input.</summary>
    /// <param name="taskType">A task type of this registry.</param>
    JsonElement GetInputSchema(TaskDescriptor taskType);

    /// <summary>The JSON schema of a task type's output.</summary>
    /// <param name="taskType">A task type of this registry.</param>
    JsonElement GetOutputSchema(TaskDescriptor taskType);
}
