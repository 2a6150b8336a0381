namespace AgentOrchestration.DependencyInjection;

/// <summary>The layers of wrappers around a service, from the outermost.</summary>
internal enum SeamLayer
{
    /// <summary>Templates are before the cache, so that a changed template is never hidden by a plan that was made by the old one.</summary>
    Templates,

    /// <summary>The plan cache is before what the application wraps, so that it keeps what the application has made of a plan.</summary>
    Cache,

    /// <summary>What the application wraps.</summary>
    Application,
}
