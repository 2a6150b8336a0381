namespace AgentOrchestration.Execution;

/// <summary>
/// How long the end of a run is held up for code that only observes it: as long as it makes progress, but not beyond a limit in all. What has
/// blocked once most likely blocks for ever, so a short time is enough to tell; whoever works through a long list shows it by progress.
/// </summary>
internal sealed class ObserverGrace : IDisposable
{
    /// <summary>The time without progress after which observing code is waited for no longer.</summary>
    public static readonly TimeSpan WithoutProgress = TimeSpan.FromSeconds(2);

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
        while (!observer.IsCompleted)
        {
            long before = progress();
            TimeSpan left = _inAll - _timeProvider.GetElapsedTime(_begin);
            if (left <= TimeSpan.Zero || _end.IsCancellationRequested)
            {
                return false;
            }

            using var waited = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            await Task.WhenAny(observer, Task.Delay(left < WithoutProgress ? left : WithoutProgress, _timeProvider, waited.Token)).ConfigureAwait(false);
            await waited.CancelAsync().ConfigureAwait(false);
            if (!observer.IsCompleted && progress() == before)
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose() => _end.Dispose();
}
