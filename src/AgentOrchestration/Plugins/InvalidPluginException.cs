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

    /// <summary>The plugin's name, as it says it.</summary>
    public string? PluginName { get; }
}
