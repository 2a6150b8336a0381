using AgentOrchestration;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks.Deferring;
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
        if (HasKeyed(builder, typeof(IModelEndpoint), name))
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
    /// Adds batches to a model's endpoint: calls that can wait go there, at a lower price, in runs that set <see cref="RunOptions.DeferCallsWithin"/>. These are the calls of
    /// <see cref="TaskContext.Chat"/> in task types that name the endpoint and are <see cref="TaskEffect.Pure"/> or <see cref="TaskEffect.Read"/>, where the chat client passes the
    /// gate (<see cref="UseModelEndpoint"/>). Their code ends when a call is deferred, and starts again when the answer is there, which the call then returns.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the model's endpoint, as in <see cref="AddModelEndpoint"/>.</param>
    /// <param name="create">Makes the batch endpoint, such as <see cref="OpenAIBatchEndpoint"/>.</param>
    /// <param name="configure">Says how it is used. Default: the default values.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The endpoint was not added before, or has batches already.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static IAgentOrchestrationBuilder AddBatchEndpoint(
        this IAgentOrchestrationBuilder builder, string name, Func<IServiceProvider, IBatchEndpoint> create, Action<BatchEndpointOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(create);
        if (!HasKeyed(builder, typeof(IModelEndpoint), name))
        {
            throw new ArgumentException($"There is no endpoint '{name}' that could have batches: call AddModelEndpoint(\"{name}\", …) before.", nameof(name));
        }

        if (HasKeyed(builder, typeof(IBatchEndpoint), name))
        {
            throw new ArgumentException($"The batches of the endpoint '{name}' are added twice. Remove one.", nameof(name));
        }

        var configured = new BatchEndpointOptions();
        configure?.Invoke(configured);
        configured.Check(name);
        BatchEndpointOptions options = configured.Copy();
        builder.Services.AddKeyedSingleton(name, (provider, _) => create(provider));
        builder.Services.AddSingleton(provider => new DeferringEndpoint(
            name, provider.GetRequiredKeyedService<IBatchEndpoint>(name), options, AgentOrchestrationServiceCollectionExtensions.LoggerOf<DeferringEndpoint>(provider)));
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

    private static bool HasKeyed(IAgentOrchestrationBuilder builder, Type type, string name) =>
        builder.Services.Any(service => service.IsKeyedService && service.ServiceType == type && Equals(service.ServiceKey, name));
}
