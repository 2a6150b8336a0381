namespace AgentOrchestration.Resources;

/// <summary>
/// The pools of which more is free than before. When <see cref="IResourceManager.Released"/> is raised with these arguments, only work that waits
/// for one of the pools asks again, and only as much of it as can be served; with any other arguments, all work that waits asks again.
/// </summary>
public sealed class ResourcesReleasedEventArgs : EventArgs
{
    /// <summary>Initializes a new instance.</summary>
    /// <param name="pools">The names of the pools.</param>
    public ResourcesReleasedEventArgs(IReadOnlyList<string> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        Pools = pools;
    }

    /// <summary>Gets the names of the pools.</summary>
    /// <value>Compared ordinally.</value>
    public IReadOnlyList<string> Pools { get; }
}
