namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Renews the leases of all runs that are driven here, from a thread of its own: handlers that block the whole thread pool cost no run its
/// lease. The thread lives as long as there is a lease. Safe for concurrent use.
/// </summary>
/// <param name="workers">Where the thread comes from.</param>
/// <param name="duration">How long the leases are valid.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class LeaseRenewal(WorkerPool workers, TimeSpan duration, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<HeldLease, Action<string, Exception?>> _held = [];
    private IDisposable? _looks;

    /// <summary>Renews a lease until it is lost or dropped.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="onLost">Called once if it is lost, with the reason.</param>
    public void Add(HeldLease lease, Action<string, Exception?> onLost)
    {
        lock (_gate)
        {
            if (_held.TryAdd(lease, onLost))
            {
                _looks ??= workers.Repeat(timeProvider, HeldLease.PeriodOf(duration), Look);
            }
        }
    }

    /// <summary>Renews a lease no longer.</summary>
    public void Drop(HeldLease lease)
    {
        lock (_gate)
        {
            if (_held.Remove(lease) && _held.Count == 0)
            {
                _looks?.Dispose();
                _looks = null;
            }
        }
    }

    private void Look()
    {
        KeyValuePair<HeldLease, Action<string, Exception?>>[] held;
        lock (_gate)
        {
            held = [.. _held];
        }

        foreach ((HeldLease lease, Action<string, Exception?> onLost) in held)
        {
            if (lease.Look() is { } lost)
            {
                Drop(lease);
                try
                {
                    onLost(lost.Reason, lost.Exception);
                }
                catch (Exception)
                {
                    // A logger that throws ends neither this thread, which renews the other leases, nor the process.
                }
            }
        }
    }
}
