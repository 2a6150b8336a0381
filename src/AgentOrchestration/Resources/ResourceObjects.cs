using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Resources;

/// <summary>The objects of all resources that have any. The container makes it and disposes it.</summary>
internal sealed class ResourceObjects : IAsyncDisposable, IDisposable
{
    private readonly Dictionary<string, ResourceObjectPool> _pools = new(StringComparer.Ordinal);

    /// <param name="declarations">Later ones of the same name replace earlier ones.</param>
    /// <param name="services">The application's services, for what makes objects.</param>
    /// <param name="resources">The ledger.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Receives what objects throw when they are reset or closed.</param>
    /// <param name="mayHoldSecrets">Whether objects may hold secrets that attempts were given, so that what they throw is not logged.</param>
    public ResourceObjects(
        IEnumerable<ResourceObjectDeclaration> declarations,
        IServiceProvider services,
        IResourceManager resources,
        TimeProvider timeProvider,
        ILogger logger,
        bool mayHoldSecrets)
    {
        foreach (IGrouping<string, ResourceObjectDeclaration> declared in declarations.GroupBy(declaration => declaration.Name, StringComparer.Ordinal))
        {
            ResourceObjectDeclaration last = declared.Last();
            _pools.Add(last.Name, new ResourceObjectPool(last, stop => last.Make(services, stop), resources, timeProvider, logger, mayHoldSecrets));
        }
    }

    /// <summary>The resource's objects, if they are made ahead of need; otherwise <see langword="null"/>.</summary>
    public ResourceObjectPool? MadeAhead(string name) => _pools.TryGetValue(name, out ResourceObjectPool? pool) && pool.IsMadeAhead ? pool : null;

    /// <exception cref="InvalidOperationException">The resource has no objects.</exception>
    public ResourceObjectPool Of(string name) => _pools.TryGetValue(name, out ResourceObjectPool? pool)
        ? pool
        : throw new InvalidOperationException($"The resource '{name}' has no objects: declare it with AddResourceObjects.");

    public void Dispose()
    {
        foreach (ResourceObjectPool pool in _pools.Values)
        {
            pool.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CallerContext.Leave();
        foreach (ResourceObjectPool pool in _pools.Values)
        {
            await pool.DisposeAsync().ConfigureAwait(false);
        }
    }
}
