using AgentOrchestration;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts one gate before a model's endpoint, for all of its callers.</summary>
/// <example>
/// <code>
/// services.AddChatClient(model).UseModelEndpoint("gpt");
/// services.AddAgentOrchestration().AddModelEndpoint("gpt", endpoint =&gt; endpoint.RequestsPerMinute = 60);
/// </code>
/// </example>
public static class ModelEndpointBuilderExtensions
{
    private const long NoLimit = 1_000_000;

    /// <summary>
    /// Adds an endpoint. Chat clients pass its gate with <see cref="UseModelEndpoint"/>; task types with <see cref="UsesEndpointAttribute"/> or
    /// <see cref="TaskTypeOptions.Endpoint"/> do not start while it makes its callers wait. It is a resource of the same name, of which such an attempt takes one.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="configure">Says what the endpoint accepts. Default: nothing is known; it is learned.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static IAgentOrchestrationBuilder AddModelEndpoint(this IAgentOrchestrationBuilder builder, string name, Action<ModelEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        if (builder.Services.Any(service => service.IsKeyedService && service.ServiceType == typeof(IModelEndpoint) && Equals(service.ServiceKey, name)))
        {
            throw new ArgumentException($"The endpoint '{name}' is added twice. Rename one.", nameof(name));
        }

        var configured = new ModelEndpointOptions();
        configure?.Invoke(configured);
        configured.Check(name);
        ModelEndpointOptions options = configured.Copy();
        _ = options.RequestsPerMinute is { } requests
            ? builder.AddResource(name, requests, TimeSpan.FromMinutes(1))
            : builder.AddResource(name, options.MaxConcurrency ?? NoLimit);
        builder.Services.AddKeyedSingleton<IModelEndpoint>(name, (provider, _) =>
        {
            TimeProvider timeProvider = provider.GetRequiredService<TimeProvider>();
            var logger = AgentOrchestrationServiceCollectionExtensions.LoggerOf<ModelEndpoint>(provider);
            return new ModelEndpoint(name, options, timeProvider, new EndpointStarts(name, provider.GetRequiredService<IResourceManager>() as IAdjustableResources, timeProvider, logger), logger);
        });
        builder.Services.AddSingleton(provider => provider.GetRequiredKeyedService<IModelEndpoint>(name));
        return builder;
    }

    /// <summary>
    /// Lets the calls of a chat client pass the gate of an endpoint. Add it last, next to the client that calls the endpoint: what is around it, such as
    /// function invocation, then makes one call for each request.
    /// </summary>
    /// <param name="builder">The builder of the client, as from <c>services.AddChatClient(…)</c>.</param>
    /// <param name="name">The name of the endpoint.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static ChatClientBuilder UseModelEndpoint(this ChatClientBuilder builder, string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Use((inner, provider) => (provider.GetKeyedService<IModelEndpoint>(name)
            ?? throw new InvalidOperationException($"There is no endpoint '{name}': call AddModelEndpoint(\"{name}\", …).")).Wrap(inner));
    }
}
