namespace AgentOrchestration.Resources;

/// <summary>
/// Says of which pools there is more than before. Whoever raises <see cref="IResourceManager.Released"/> with these arguments is asked again only by
/// work that waits for one of the pools, and only by as much of it as can be served; with any other arguments, by all work that waits.
/// </summary>
public sealed class ResourcesReleasedEventArgs : EventArgs
{
    /// <summary>Makes the arguments.</summary>
    /// <param name="pools">The names of the pools.</param>
    public ResourcesReleasedEventArgs(IReadOnlyList<string> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        Pools = pools;
    }

    /// <summary>The names of the pools, compared ordinally.</summary>
    public IReadOnlyList<string> Pools { get; }
}
