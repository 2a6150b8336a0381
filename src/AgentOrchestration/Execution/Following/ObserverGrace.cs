namespace AgentOrchestration.Execution.Following;

/// <summary>
/// How long the end of a run is held up for code that only observes it: as long as it makes progress, but not beyond a limit in all. What has
/// blocked once most likely blocks for ever, so a short time is enough; code that works through a long list shows it by progress.
/// </summary>
internal sealed class ObserverGrace : IDisposable
{
    /// <summary>The time without progress after which observing code is waited for no longer.</summary>
    public static readonly TimeSpan WithoutProgress = TimeSpan.FromSeconds(2);

    /// <summary>Progress is looked at so often, so that a step at the beginning does not double the time.</summary>
    private static readonly TimeSpan Look = WithoutProgress / 4;

    private readonly TimeProvider _timeProvider;
    private readonly CancellationTokenSource _end;
    private readonly TimeSpan _inAll;
    private readonly long _begin;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="inAll">The longest time in all.</param>
    /// <param name="graceEnd">Ends it at once.</param>
    public ObserverGrace(TimeProvider timeProvider, TimeSpan inAll, CancellationToken graceEnd)
    {
        _timeProvider = timeProvider;
        _end = CancellationTokenSource.CreateLinkedTokenSource(graceEnd);
        _inAll = inAll;
        _begin = timeProvider.GetTimestamp();
    }

    /// <summary>Waits for observing code.</summary>
    /// <param name="observer">Completes with it.</param>
    /// <param name="progress">A number that changes with each step of it.</param>
    /// <returns>Whether it has ended.</returns>
    public async Task<bool> WaitAsync(Task observer, Func<long> progress)
    {
        long latest = progress();
        long since = _timeProvider.GetTimestamp();
        while (!observer.IsCompleted)
        {
            TimeSpan left = _inAll - _timeProvider.GetElapsedTime(_begin);
            if (left <= TimeSpan.Zero || _end.IsCancellationRequested)
            {
                return false;
            }

            using var waited = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            await Task.WhenAny(observer, Task.Delay(left < Look ? left : Look, _timeProvider, waited.Token)).ConfigureAwait(false);
            await waited.CancelAsync().ConfigureAwait(false);
            if (progress() is var now && now != latest)
            {
                (latest, since) = (now, _timeProvider.GetTimestamp());
            }
            else if (!observer.IsCompleted && _timeProvider.GetElapsedTime(since) >= WithoutProgress)
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => _end.Dispose();
}
