using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>The end of a run in this process: it has ended, or it is detached. What the run still waits for ends with it.</summary>
#pragma warning disable CA1001 // The source has no timer, so it needs no disposal; a cache may still look at its token.
internal sealed class RunEnd
#pragma warning restore CA1001
{
    private readonly RunEnvironment _run;
    private readonly RunTimers _timers;
    private readonly RunResources _resources;
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();

    public RunEnd(RunEnvironment run, RunTimers timers, RunResources resources)
    {
        _run = run;
        _timers = timers;
        _resources = resources;
        Ended = _ending.Token;
    }

    public Task<RunOutcome> Completion => _completion.Task;

    /// <summary>Is cancelled at the end.</summary>
    public CancellationToken Ended { get; }

    /// <summary>The run has ended.</summary>
    public void Complete()
    {
        EndWaits();
        _ = EndLookUpsAsync();
        _completion.TrySetResult(_run.Core.State.Outcome);
    }

    /// <summary>The run is detached: its end is not known here.</summary>
    public void CompleteDetached(string reason, Exception? exception)
    {
        _resources.StopWaiting([]);
        EndWaits();
        _run.History.Cut();
        _ = EndLookUpsAsync();
        _completion.TrySetException(new RunDetachedException(_run.RunId, reason, exception));
        _run.Signal.Raise();
    }

    /// <summary>The core has failed twice, so the run has no outcome.</summary>
    public void CompleteFaulted(Exception exception) => _completion.TrySetException(exception);

    private void EndWaits()
    {
        _timers.End();
        _run.Secrets.End();
        _run.Flow.End();
    }

    /// <summary>Cancels the look-ups that the cache has not answered. Waits for none of its callbacks.</summary>
    private async Task EndLookUpsAsync()
    {
        try
        {
            await _run.Executor.Workers.CancelAsync(_ending).ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            ExecutionLog.CancellationCallbackThrew(_run.Executor.Logger, exception, _run.RunId);
        }
    }
}
