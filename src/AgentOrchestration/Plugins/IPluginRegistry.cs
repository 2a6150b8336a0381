using System.Text.Json;

namespace AgentOrchestration.Plugins;

/// <summary>The plugins that were added, and a way to run what they add by name. Implementations must be safe for concurrent use.</summary>
public interface IPluginRegistry
{
    /// <summary>Gets all plugins.</summary>
    /// <value>Ordered by name.</value>
    IReadOnlyList<PluginDescriptor> Plugins { get; }

    /// <summary>Runs one of a plugin's task types, as a run of one subtask, with the same resources, events and middleware.</summary>
    /// <param name="plugin">The plugin's name, compared ordinally.</param>
    /// <param name="taskType">The name of a task type that it registered, compared ordinally.</param>
    /// <param name="arguments">The input as JSON.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <returns>The output as JSON.</returns>
    /// <exception cref="UnknownPluginException">There is no such plugin, or it has no such task type.</exception>
    /// <exception cref="InvalidPlanException">The arguments do not fit.</exception>
    /// <exception cref="OrchestrationFailedException">The run did not succeed.</exception>
    Task<JsonElement> ExecuteAsync(string plugin, string taskType, JsonElement arguments, CancellationToken cancellationToken);
}
