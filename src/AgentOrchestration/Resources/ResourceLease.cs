namespace AgentOrchestration.Resources;

/// <summary>
/// Resources granted to one piece of work. They go back when the lease is disposed, exactly once: disposing again does nothing.
/// Safe to dispose from any thread.
/// </summary>
public sealed class ResourceLease : IDisposable
{
    private Action<ResourceRequirements>? _release;

    /// <summary>Makes a lease. For implementations of <see cref="IResourceManager"/>.</summary>
    /// <param name="granted">What was granted.</param>
    /// <param name="release">Gives it back; called at most once, with <paramref name="granted"/>.</param>
    public ResourceLease(ResourceRequirements granted, Action<ResourceRequirements> release)
    {
        ArgumentNullException.ThrowIfNull(granted);
        ArgumentNullException.ThrowIfNull(release);
        Granted = granted;
        _release = release;
    }

    /// <summary>What was granted.</summary>
    public ResourceRequirements Granted { get; }

    /// <summary>Gives the resources back.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke(Granted);
}
