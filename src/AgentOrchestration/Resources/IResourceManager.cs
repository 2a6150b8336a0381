using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Resources;

/// <summary>
/// The ledger of all that is scarce: named pools from which work takes what it needs, all at once or nothing.
/// </summary>
/// <remarks>
/// Implementations must be safe for concurrent use, must never block, and must keep no queue of waiting runs: the dispatch core
/// waits, and asks again when <see cref="Released"/> is raised. A refused request holds nothing. At every moment, what is free and
/// what is leased add up to the capacity of each pool. Capacities may change while runs go on; leases are never revoked.
/// </remarks>
public interface IResourceManager
{
    /// <summary>
    /// Raised when a refused request may be answered otherwise: after something was given back or has grown again, or a capacity was changed.
    /// Outside every lock of the manager and never from inside TryAcquire, on any thread. With <see cref="ResourcesReleasedEventArgs"/> only
    /// work that waits for the pools that they name asks again, with any others all work that waits.
    /// </summary>
    event EventHandler? Released;

    /// <summary>
    /// The most that one request may be granted from a pool, now or later, in its unit: its capacity, or what is left of a pool that is used
    /// up. <see langword="null"/> when there is no pool of that name. Work that waits for more than this fails.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    long? GetCapacity(string name);

    /// <summary>Takes all that is needed, or nothing. Returns at once.</summary>
    /// <param name="needs">What is needed. Needs of a pool that does not exist are never granted.</param>
    /// <param name="lease">What was granted; the caller disposes it when its work has really ended.</param>
    /// <returns>Whether everything was granted.</returns>
    bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease);

    /// <summary>
    /// What is free of a pool now, in its unit; negative while the pool is over-committed, <see langword="null"/> when there is no pool of that
    /// name. Asked when a request was refused and when something was released, to find who is to ask again. By default read from
    /// <see cref="Snapshot"/>; a manager with many pools answers it directly.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
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
    /// Makes sure that <see cref="Released"/> is raised when so much of a pool is free that grows again by itself: somebody waits for it, and asks
    /// only then. By default asks for the amount and gives it back at once, so a manager whose pools do not get back what was granted answers it
    /// itself, and takes nothing.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <param name="amount">How much is waited for, in the pool's unit.</param>
    /// <returns>Whether it will be raised; <see langword="false"/> when there is enough already.</returns>
    bool AnnounceWhenFree(string name, long amount)
    {
        if (!TryAcquire(ResourceRequirements.Of(name, amount), out ResourceLease? lease))
        {
            return true;
        }

        lease.Dispose();
        return false;
    }

    /// <summary>Every pool as it is now, ordered by name.</summary>
    IReadOnlyList<ResourcePoolSnapshot> Snapshot();
}
