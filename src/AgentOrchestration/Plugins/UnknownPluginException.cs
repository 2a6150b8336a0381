namespace AgentOrchestration.Plugins;

/// <summary>A plugin, or a task type of a plugin, was asked for by a name that it does not have.</summary>
public sealed class UnknownPluginException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was asked for, and what there is.</param>
    public UnknownPluginException(string message)
        : base(message)
    {
    }
}
