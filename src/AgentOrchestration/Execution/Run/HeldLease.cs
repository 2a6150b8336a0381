using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The lease of a run that is driven here. It is valid until the moment it was last asked for plus its duration, on the monotonic clock of
/// this process: no wall clock decides, neither this process's nor the store's. Safe for concurrent use.
/// </summary>
/// <param name="store">The store that grants it.</param>
/// <param name="lease">The lease as it was granted.</param>
/// <param name="askedAt">The timestamp taken before it was asked for.</param>
/// <param name="duration">The duration that was asked for.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class HeldLease(IRunStore store, RunLease lease, long askedAt, TimeSpan duration, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private RunLease _lease = lease;
    private long _validFrom = askedAt;
    private Task<RunLease?>? _renewal;
    private long _renewalAskedAt;
    private Task? _release;

    public string RunId { get; } = lease.RunId;

    /// <summary>The lease as the store granted it last.</summary>
    public RunLease Lease
    {
        get
        {
            lock (_gate)
            {
                return _lease;
            }
        }
    }

    /// <summary>How often to look at a lease: it is renewed after a third of its duration, and given up no later than a look before its end.</summary>
    public static TimeSpan PeriodOf(TimeSpan duration) => duration / 12;

    /// <summary>How long it is still valid; negative when it is over.</summary>
    public TimeSpan Left()
    {
        lock (_gate)
        {
            return duration - timeProvider.GetElapsedTime(_validFrom);
        }
    }

    /// <summary>Renews the lease when it is time. Called again and again, by one thread at a time, and never waits.</summary>
    /// <returns>Why the lease is lost, or <see langword="null"/> while it is held.</returns>
    public (string Reason, Exception? Exception)? Look()
    {
        lock (_gate)
        {
            if (_release is not null)
            {
                return null;
            }

            if (_renewal is null && timeProvider.GetElapsedTime(_validFrom) >= duration / 3)
            {
                AskForRenewal();
            }

            return _renewal is { } renewal ? TakeAnswer(renewal) : null;
        }
    }

    /// <summary>
    /// Releases the lease, so that another process can continue at once. If the store fails, it keeps the lease until it expires, and an answer
    /// that comes later than that is not waited for.
    /// </summary>
    /// <returns>One task for all who ask: it completes when the lease is released.</returns>
    public Task ReleaseAsync()
    {
        lock (_gate)
        {
            return _release ??= ReleaseOnceAsync();
        }
    }

    private async Task ReleaseOnceAsync()
    {
        try
        {
            Task released = store.ReleaseLeaseAsync(_lease, CancellationToken.None).AsTask();
            TimeSpan left = Left();
            await released.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It expires. Whatever the store throws, the run has ended here.
        }
    }

    private void AskForRenewal()
    {
        _renewalAskedAt = timeProvider.GetTimestamp();
        try
        {
            _renewal = store.RenewLeaseAsync(_lease, duration, CancellationToken.None).AsTask();
        }
        catch (Exception exception)
        {
            _renewal = Task.FromException<RunLease?>(exception);
        }
    }

    /// <summary>
    /// A process that was suspended for longer than the lease asks first: as long as nobody else has taken the run, the store renews the
    /// lease, and nothing was driven twice. The answer has as long to come as one that is asked for in time has at least.
    /// </summary>
    private (string Reason, Exception? Exception)? TakeAnswer(Task<RunLease?> renewal)
    {
        if (!renewal.IsCompleted)
        {
            return IsEnding && timeProvider.GetElapsedTime(_renewalAskedAt) >= duration / 3 ? ("its lease could not be renewed in time.", null) : null;
        }

        _renewal = null;
        if (!renewal.IsCompletedSuccessfully)
        {
            return IsEnding ? ("its lease could not be renewed.", renewal.Exception?.InnerException) : null;
        }

        if (renewal.Result is not { } renewed)
        {
            return ("another process has taken it over.", null);
        }

        (_lease, _validFrom) = (renewed, _renewalAskedAt);
        return null;
    }

    private bool IsEnding => timeProvider.GetElapsedTime(_validFrom) >= duration - PeriodOf(duration);
}
