namespace AgentOrchestration.Resources;

/// <summary>
/// Changes how much there is of a resource while runs continue: a second device arrives, a licence server lowers its limit, a budget is raised.
/// The built-in ledger implements it, and it is in the container. Safe for concurrent use.
/// </summary>
public interface IAdjustableResources
{
    /// <summary>Occurs when the capacity of a pool has changed.</summary>
    event EventHandler? CapacityChanged;

    /// <summary>
    /// Sets the capacity of a pool. No lease is revoked: a pool that is shrunk below what is in use grants nothing until enough was given
    /// back. A subtask that waits and needs more than there can be from now on fails (<c>ResourceUnavailable</c>).
    /// <see cref="IResourceManager.Released"/> is raised, so that all who wait are asked again.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <param name="capacity">
    /// All there is from now on, in the pool's unit; 0 closes the pool. For a pool that is used up, what was used before counts against it.
    /// </param>
    /// <exception cref="ArgumentException">There is no pool of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is negative.</exception>
    void SetCapacity(string name, long capacity);

    /// <summary>
    /// Grants nothing from a pool until a time, for example because an endpoint has asked its callers to wait. What work holds stays with it, what waits
    /// keeps its place, and a pool that replenishes continues to grow up to its capacity. At that time those who wait for the pool are asked again. A second
    /// call replaces the time: one that has passed ends the pause.
    /// </summary>
    /// <param name="name">The pool's name, compared ordinally.</param>
    /// <param name="until">When the pause ends.</param>
    /// <returns>Whether the pool is paused. The default implementation pauses none: work then starts, and waits where it needs what is paused.</returns>
    /// <exception cref="ArgumentException">There is no pool of that name.</exception>
    bool Pause(string name, DateTimeOffset until) => false;
}
