namespace AgentOrchestration.Plugins;

/// <summary>A plugin that was added.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TaskTypes">The names of the task types that it registered, ordered.</param>
public sealed record PluginDescriptor(string Name, IReadOnlyList<string> TaskTypes);
