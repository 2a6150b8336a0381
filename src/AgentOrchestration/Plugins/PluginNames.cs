using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Plugins;

/// <summary>The names of the plugins of a collection of services. Looks at what was added since it last looked, and at all when something else has changed. Not thread-safe, as the collection is not.</summary>
internal sealed class PluginNames
{
    private static readonly ConditionalWeakTable<IServiceCollection, PluginNames> Known = [];

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _seen;
    private ServiceDescriptor? _last;

    /// <summary>Whether a collection, as it is now, has a plugin of a name.</summary>
    public static bool Contain(IServiceCollection services, string name)
    {
        PluginNames names = Known.GetValue(services, static _ => new PluginNames());
        names.LookAt(services);
        return names._names.Contains(name);
    }

    private void LookAt(IServiceCollection services)
    {
        if (services.Count < _seen || (_seen > 0 && !ReferenceEquals(services[_seen - 1], _last)))
        {
            _names.Clear();
            _seen = 0;
        }

        for (; _seen < services.Count; _seen++)
        {
            if (services[_seen] is { IsKeyedService: false, ImplementationInstance: PluginDescriptor plugin })
            {
                _names.Add(plugin.Name);
            }
        }

        _last = _seen > 0 ? services[_seen - 1] : null;
    }
}
