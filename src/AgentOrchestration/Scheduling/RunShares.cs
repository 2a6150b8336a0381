namespace AgentOrchestration.Scheduling;

/// <summary>
/// Who of several runs may take of a pool that all of them need: while a run waits for it, those that hold more of it take no more. So a
/// wide run does not starve another, and what one alone needs it has.
/// </summary>
internal sealed class RunShares
{
    private readonly List<RunShare> _waiting = [];
    private readonly Dictionary<string, TimeSpan> _waited = new(StringComparer.Ordinal);

    /// <summary>Raised when a run waits no longer without having taken anything: others may go on.</summary>
    public event EventHandler? Changed;

    public Lock Gate { get; } = new();

    /// <summary>Inside the gate.</summary>
    public void Wait(RunShare share)
    {
        if (!_waiting.Contains(share))
        {
            _waiting.Add(share);
        }
    }

    /// <summary>Inside the gate.</summary>
    public bool StopWaiting(RunShare share) => _waiting.Remove(share);

    /// <summary>Inside the gate.</summary>
    /// <param name="asker">Who asks.</param>
    /// <param name="pool">For what.</param>
    public bool MustYield(RunShare asker, string pool)
    {
        foreach (RunShare other in _waiting)
        {
            if (other != asker && other.WaitsFor(pool) && other.HeldOf(pool) < asker.HeldOf(pool))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Inside the gate: a run has waited for a pool and does so no longer.</summary>
    public void AddWaited(string pool, TimeSpan waited) => _waited[pool] = _waited.GetValueOrDefault(pool) + waited;

    /// <summary>By pool, who waits for it and how long runs have waited for it.</summary>
    public IReadOnlyDictionary<string, ResourceWait> Waits()
    {
        lock (Gate)
        {
            Dictionary<string, ResourceWait> waits = _waited.Where(pool => LimitedResources.IsPool(pool.Key)).ToDictionary(pool => pool.Key, pool => new ResourceWait(0, pool.Value), StringComparer.Ordinal);
            foreach ((string pool, TimeSpan soFar) in _waiting.SelectMany(share => share.WaitsNow()))
            {
                ResourceWait before = waits.GetValueOrDefault(pool);
                waits[pool] = new ResourceWait(before.Runs + 1, before.Waited + soFar);
            }

            return waits;
        }
    }

    public void Announce() => Changed?.Invoke(this, EventArgs.Empty);
}
