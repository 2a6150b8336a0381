namespace AgentOrchestration.Resources;

/// <summary>
/// Resources granted to one piece of work. They go back when the lease is disposed, exactly once: disposing again does nothing.
/// Safe to dispose from any thread.
/// </summary>
public sealed class ResourceLease : IDisposable
{
    // An action, or a source: one object less for each attempt.
    private object? _release;

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

    internal ResourceLease(ResourceRequirements granted, LeaseSource source)
    {
        Granted = granted;
        _release = source;
    }

    /// <summary>Gets the resources that were granted.</summary>
    /// <value>Never changes, also after the release.</value>
    public ResourceRequirements Granted { get; }

    /// <summary>Gets where the lease comes from; <see langword="null"/> when it is another manager's, or was returned.</summary>
    internal LeaseSource? Source => Volatile.Read(ref _release) as LeaseSource;

    /// <summary>Gives the resources back.</summary>
    public void Dispose()
    {
        object? release = Interlocked.Exchange(ref _release, null);
        if (release is LeaseSource source)
        {
            source.Release();
        }
        else
        {
            ((Action<ResourceRequirements>?)release)?.Invoke(Granted);
        }
    }
}
