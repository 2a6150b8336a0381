namespace AgentOrchestration.Plugins;

/// <summary>A plugin was refused when it was added.</summary>
public sealed class InvalidPluginException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="pluginName">The plugin's name, as it says it.</param>
    /// <param name="why">Why it was refused, and what to do.</param>
    /// <param name="innerException">What the plugin threw, if it did.</param>
    public InvalidPluginException(string? pluginName, string why, Exception? innerException = null)
        : base($"The plugin '{pluginName}' was refused: {why}", innerException) => PluginName = pluginName;

    /// <summary>Gets the name of the plugin, as the plugin gives it.</summary>
    /// <value>The default value is <see langword="null"/>: unknown.</value>
    public string? PluginName { get; }
}
