using AgentOrchestration.Execution;

namespace AgentOrchestration.DependencyInjection;

/// <summary>Wraps a service. Wrappers of a lower layer are outside those of a higher one; in a layer the first registered is the outermost.</summary>
/// <typeparam name="TService">The service, for example <see cref="IExecutor"/>.</typeparam>
/// <param name="Wrap">Makes the wrapper of the services and of what is wrapped.</param>
/// <param name="Layer">Where it belongs.</param>
internal sealed record SeamWrapper<TService>(Func<IServiceProvider, TService, TService> Wrap, SeamLayer Layer)
    where TService : class;
