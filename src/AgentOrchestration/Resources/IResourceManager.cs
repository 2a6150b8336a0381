using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Resources;

/// <summary>
/// The ledger of all that is scarce: named pools from which work takes what it needs, all at once or nothing.
/// </summary>
/// <remarks>
/// Implementations must be safe for concurrent use, must never block, and must keep no queue of waiting runs: the dispatch core
/// waits, and asks again when <see cref="Released"/> is raised. A refused request holds nothing. At every moment, what is free and
/// what is leased add up to the capacity of each pool. Capacities may change while runs continue; leases are never revoked.
/// </remarks>
public interface IResourceManager
{
    /// <summary>
    /// Raised when a refused request may be answered otherwise: after something was returned or has grown again, or a capacity was changed.
    /// Outside every lock of the manager and never from inside TryAcquire, on any thread. With <see cref="ResourcesReleasedEventArgs"/> only
    /// work that waits for the pools that they name asks again, with any others all work that waits.
    /// </summary>
    event EventHandler? Released;

    /// <summary>
    /// Gets the most that one request may be granted from a pool, now or later: its capacity, or what is left of a pool that is used up. Work that
    /// waits for more than this fails.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <returns>In the pool's unit; <see langword="null"/> when there is no pool of that name.</returns>
    long? GetCapacity(string name);

    /// <summary>Takes all that is needed, or nothing. Returns at once.</summary>
    /// <param name="needs">What is needed. Needs of a pool that does not exist are never granted.</param>
    /// <param name="lease">What was granted; the caller disposes it when its work has really ended.</param>
    /// <returns>Whether everything was granted.</returns>
    bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease);

    /// <summary>
    /// What is free of a pool now, in its unit; negative while the pool is over-committed, <see langword="null"/> when there is no pool of that name.
    /// Asked when a request was refused and when something was released, to find who is to ask again. By default read from <see cref="Snapshot"/>; a
    /// manager with many pools answers it directly.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <returns>In the pool's unit; negative while the pool is over-committed; <see langword="null"/> when there is no pool of that name.</returns>
    long? GetFree(string name)
    {
        foreach (ResourcePoolSnapshot pool in Snapshot())
        {
            if (pool.Name == name)
            {
                return pool.Free;
            }
        }

        return null;
    }

    /// <summary>
    /// Requests that <see cref="Released"/> is raised as soon as an amount of a replenishing pool is free. Takes nothing. The default implementation
    /// acquires the amount and releases it at once: a manager whose pools do not get back what is released implements this method itself.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <param name="amount">The amount that work waits for, in the pool's unit.</param>
    /// <returns><see langword="true"/> when the event will be raised; <see langword="false"/> when the amount is free already.</returns>
    bool AnnounceWhenFree(string name, long amount)
    {
        if (!TryAcquire(ResourceRequirements.Of(name, amount), out ResourceLease? lease))
        {
            return true;
        }

        lease.Dispose();
        return false;
    }

    /// <summary>Gets the state of every pool at this moment.</summary>
    /// <returns>One snapshot for each pool, ordered by name.</returns>
    IReadOnlyList<ResourcePoolSnapshot> Snapshot();
}
