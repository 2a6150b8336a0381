using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Plugins;

/// <summary>Adds a plugin to an application, or refuses it.</summary>
internal static class PluginInstaller
{
    /// <param name="services">The services of the application.</param>
    /// <param name="recorded">The same, recorded.</param>
    /// <param name="builder">What the plugin gets, over those that are recorded.</param>
    /// <param name="plugin">The plugin.</param>
    public static void Install(IServiceCollection services, RecordedServices recorded, IAgentOrchestrationBuilder builder, IPlugin plugin)
    {
        string? name = NameOf(plugin);
        if (name is null || !SubtaskId.IsValid(name))
        {
            throw new InvalidPluginException(name, "its name must be 1 to 64 of A-Z a-z 0-9 _ -.");
        }

        if (PluginNames.Contain(services, name))
        {
            throw new InvalidPluginException(name, "another plugin of that name was added before.");
        }

        try
        {
            plugin.Configure(builder);
        }
        catch (Exception exception)
        {
            recorded.Undo();
            throw new InvalidPluginException(name, $"it threw while it was added: {exception.Message}", exception);
        }

        ServiceDescriptor[] added = [.. recorded.Added];
        if (added.Length == 0)
        {
            throw new InvalidPluginException(name, "it registers nothing.");
        }

        string[] taskTypes =
        [
            .. added.Select(service => service.ServiceType == typeof(TaskDescriptor) ? ((TaskDescriptor?)service.ImplementationInstance)?.Name : null)
                .OfType<string>()
                .Order(StringComparer.Ordinal),
        ];
        services.AddSingleton(new PluginDescriptor(name, taskTypes));
    }

    private static string? NameOf(IPlugin plugin)
    {
        try
        {
            return plugin.Name;
        }
        catch (Exception exception)
        {
            throw new InvalidPluginException(plugin.GetType().Name, $"asked for its name, it threw: {exception.Message}", exception);
        }
    }
}
