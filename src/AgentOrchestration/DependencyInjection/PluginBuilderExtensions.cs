using AgentOrchestration;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Plugins;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds plugins.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddPlugin&lt;CsvPlugin&gt;();
/// </code>
/// </example>
public static class PluginBuilderExtensions
{
    /// <summary>Adds a plugin.</summary>
    /// <typeparam name="TPlugin">The plugin.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="InvalidPluginException">It registers nothing, throws, or its name is malformed or taken.</exception>
    public static IAgentOrchestrationBuilder AddPlugin<TPlugin>(this IAgentOrchestrationBuilder builder)
        where TPlugin : IPlugin, new() => builder.AddPlugin(new TPlugin());

    /// <summary>Adds a plugin.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="plugin">The plugin.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="InvalidPluginException">It registers nothing, throws, or its name is malformed or taken.</exception>
    public static IAgentOrchestrationBuilder AddPlugin(this IAgentOrchestrationBuilder builder, IPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(plugin);
        var recorded = new RecordedServices(builder.Services);
        TaskTypePlaces.Share(builder.Services, recorded);
        PluginInstaller.Install(builder.Services, recorded, new AgentOrchestrationBuilder(recorded), plugin);
        return builder;
    }
}
