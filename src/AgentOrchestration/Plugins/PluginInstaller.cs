using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Plugins;

/// <summary>Adds a plugin to an application, or refuses it.</summary>
internal static class PluginInstaller
{
    public static void Install(IAgentOrchestrationBuilder builder, IPlugin plugin)
    {
        IServiceCollection services = builder.Services;
        string? name = NameOf(plugin);
        if (name is null || !SubtaskId.IsValid(name))
        {
            throw new InvalidPluginException(name, "its name must be 1 to 64 of A-Z a-z 0-9 _ -.");
        }

        if (services.Any(service => service.ImplementationInstance is PluginDescriptor other && other.Name == name))
        {
            throw new InvalidPluginException(name, "another plugin of that name was added before.");
        }

        ServiceDescriptor[] before = [.. services];
        try
        {
            plugin.Configure(builder);
        }
        catch (Exception exception)
        {
            Restore(services, before);
            throw new InvalidPluginException(name, $"it threw while it was added: {exception.Message}", exception);
        }

        ServiceDescriptor[] added = [.. services.Except(before)];
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

    /// <summary>What was added goes, and what was replaced comes back.</summary>
    private static void Restore(IServiceCollection services, ServiceDescriptor[] before)
    {
        services.Clear();
        foreach (ServiceDescriptor service in before)
        {
            services.Add(service);
        }
    }
}
