namespace AgentOrchestration.Execution;

/// <summary>Tells an attempt to stop when its time is up, and gives it up when it does not.</summary>
internal sealed class AttemptTimeout : IDisposable
{
    private readonly LocalRun _run;
    private readonly LocalAttempt _attempt;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _returned = new();

    public AttemptTimeout(LocalRun run, LocalAttempt attempt, TimeSpan limit)
    {
        _run = run;
        _attempt = attempt;
        _limit = limit;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(run.Stopping);
        Token = _stop.Token;
        _ = WatchAsync(_returned.Token);
    }

    public CancellationToken Token { get; }

    /// <summary>Set when the time was up before the code returned; its result is late then, and discarded.</summary>
    public TimeoutException? Error { get; private set; }

    /// <summary>The code has returned.</summary>
    public void Dispose()
    {
        _returned.Cancel();
        _returned.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(CancellationToken returned)
    {
        try
        {
            await Task.Delay(_limit, _run.Executor.TimeProvider, returned).ConfigureAwait(false);
            Error = new TimeoutException($"The attempt did not end within its timeout of {_limit}.");
            await _stop.CancelAsync().ConfigureAwait(false);
            await Task.Delay(_run.Options.AbandonAfter, _run.Executor.TimeProvider, returned).ConfigureAwait(false);
            _run.Abandon(_attempt, Error);
        }
        catch (OperationCanceledException)
        {
            // The code has returned.
        }
        catch (ObjectDisposedException)
        {
            // The code returned just when its time was up.
        }
        catch (AggregateException exception)
        {
            // A callback that the code registered on its token threw; the code itself still decides how the attempt ends.
            ExecutionLog.CancellationCallbackThrew(_run.Executor.Logger, exception, _run.RunId);
        }
    }
}
