using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentOrchestration.DependencyInjection;

/// <summary>
/// A service that an application may replace and wrap, in any order: replacing it keeps its wrappers. Its innermost implementation is registered
/// under a key as soon as there is a wrapper.
/// </summary>
/// <typeparam name="TService">The service.</typeparam>
internal static class Seam<TService>
    where TService : class
{
    private static readonly object InnermostKey = typeof(SeamWrapper<TService>);

    /// <summary>Replaces the innermost implementation.</summary>
    public static void Replace(IServiceCollection services, ServiceDescriptor implementation)
    {
        if (FindInnermost(services) is { } innermost)
        {
            services.Remove(innermost);
            services.Add(WithKey(implementation));
        }
        else
        {
            services.Replace(implementation);
        }
    }

    /// <summary>Wraps the service.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to wrap.</exception>
    public static void Wrap(IServiceCollection services, Func<IServiceProvider, TService, TService> wrap, SeamLayer layer = SeamLayer.Application)
    {
        if (FindInnermost(services) is null)
        {
            ServiceDescriptor implementation = services.LastOrDefault(known => known.ServiceType == typeof(TService) && !known.IsKeyedService)
                ?? throw new InvalidOperationException($"There is no {typeof(TService).Name} to wrap yet: register one before.");
            services.Remove(implementation);
            services.Add(WithKey(implementation));
            services.AddSingleton(MakeWrapped);
        }

        services.AddSingleton(new SeamWrapper<TService>(wrap, layer));
    }

    /// <summary>Returns the innermost implementation, without its wrappers.</summary>
    public static TService Innermost(IServiceProvider provider) => provider.GetKeyedService<TService>(InnermostKey) ?? provider.GetRequiredService<TService>();

    private static TService MakeWrapped(IServiceProvider provider) => provider.GetServices<SeamWrapper<TService>>()
        .OrderBy(wrapper => wrapper.Layer)
        .Reverse()
        .Aggregate(
            provider.GetRequiredKeyedService<TService>(InnermostKey),
            (inner, wrapper) => wrapper.Wrap(provider, inner) ?? throw new InvalidOperationException($"A wrapper of {typeof(TService).Name} has returned null."));

    private static ServiceDescriptor? FindInnermost(IServiceCollection services) =>
        services.FirstOrDefault(known => known.ServiceType == typeof(TService) && known.IsKeyedService && Equals(known.ServiceKey, InnermostKey));

    private static ServiceDescriptor WithKey(ServiceDescriptor known)
    {
        if (known.ImplementationInstance is { } instance)
        {
            return ServiceDescriptor.KeyedSingleton(typeof(TService), InnermostKey, instance);
        }

        return known.ImplementationFactory is { } factory
            ? ServiceDescriptor.DescribeKeyed(typeof(TService), InnermostKey, (provider, _) => factory(provider), known.Lifetime)
            : ServiceDescriptor.DescribeKeyed(typeof(TService), InnermostKey, known.ImplementationType!, known.Lifetime);
    }
}
