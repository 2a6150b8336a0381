using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Resources;

/// <summary>
/// The ledger of all that is scarce: named pools from which work takes what it needs, all at once or nothing.
/// </summary>
/// <remarks>
/// Implementations must be safe for concurrent use, must never block, and must keep no queue of waiting runs: the dispatch core
/// waits, and asks again when <see cref="Released"/> is raised. A refused request holds nothing. At every moment, what is free and
/// what is leased add up to the capacity of each pool.
/// </remarks>
public interface IResourceManager
{
    /// <summary>Raised after something was given back or capacity grew, outside every lock of the manager and never from inside TryAcquire, on any thread.</summary>
    event EventHandler? Released;

    /// <summary>The capacity of a pool in its unit, or <see langword="null"/> when there is no pool of that name.</summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    long? GetCapacity(string name);

    /// <summary>Takes all that is needed, or nothing. Returns at once.</summary>
    /// <param name="needs">What is needed. Needs of a pool that does not exist are never granted.</param>
    /// <param name="lease">What was granted; the caller disposes it when its work has really ended.</param>
    /// <returns>Whether everything was granted.</returns>
    bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease);

    /// <summary>Every pool as it is now, ordered by name.</summary>
    IReadOnlyList<ResourcePoolSnapshot> Snapshot();
}
