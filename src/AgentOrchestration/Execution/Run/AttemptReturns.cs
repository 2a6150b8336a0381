using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Turns what the code of an attempt has returned or thrown into its result, and reports it.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="growth">Adds what attempts add.</param>
/// <param name="caching">Caches results.</param>
/// <param name="outputs">Keeps outputs as JSON; <see langword="null"/> when they are not kept.</param>
/// <param name="committer">Waits for running code when a durable run is detached; <see langword="null"/> in memory.</param>
/// <param name="closing">Closes the run when the host has shut down.</param>
/// <param name="calls">The calls that attempts have deferred; <see langword="null"/> when none may be.</param>
internal sealed class AttemptReturns(
    RunEnvironment run, RunGate gate, RunGrowth growth, ResultCaching caching, StoredOutputs? outputs, RunCommitter? committer, RunClosing closing, CallSubmissions? calls)
{
    private static readonly SubtaskError Deferred = new("CallDeferred", "Its calls were deferred, and it was stopped before they were answered.");

    private readonly RunEnvironment _run = run;
    private readonly RunGate _gate = gate;
    private readonly ResultCaching _caching = caching;
    private readonly StoredOutputs? _outputs = outputs;

    /// <summary>The code of an attempt has returned.</summary>
    /// <returns>What to run next on this thread, or <see langword="null"/>.</returns>
    public LocalAttempt? Complete(LocalAttempt attempt, object? output, Exception? exception)
    {
        if (exception is not null && _run.Executor.WhyShutDown() is { } reason)
        {
            closing.ShutDown(reason);
        }

        if (attempt.HasExtras && attempt.Extras.Deferrable is { } deferrable)
        {
            if (deferrable.Seal())
            {
                return CompleteDeferred(attempt, deferrable);
            }

            CountAnswers(attempt, deferrable);
        }

        if (_outputs is not null)
        {
            return CompleteStored(_outputs, attempt, output, exception);
        }

        _run.Release(attempt);
        _caching.OnReturned(attempt, output, hasSucceeded: exception is null);

        if (attempt.HasExtras || exception is not null)
        {
            return CompleteUncommon(attempt, output, exception);
        }

        attempt.Return(output);
        return _gate.ReportReturned(attempt);
    }

    /// <summary>An attempt has ended because its calls were deferred. Whatever its code has returned or thrown is no result.</summary>
    private LocalAttempt? CompleteDeferred(LocalAttempt attempt, DeferrableCalls deferred)
    {
        _run.Release(attempt);
        _caching.OnReturned(attempt, output: null, hasSucceeded: false);
        attempt.Extras.TakeAdditions();
        LocalAttempt? next = _gate.ReportReturned(attempt, new AttemptResult { Deferred = deferred, Error = Deferred, Usage = attempt.Extras.Usage });
        using (_gate.Hold())
        {
            committer?.OnReturned(attempt);
        }

        return next;
    }

    private LocalAttempt? CompleteUncommon(LocalAttempt attempt, object? output, Exception? exception)
    {
        RetryOptions retry = attempt.TaskType.Options.Retry;
        TimeSpan? retryAfter = exception is null ? null : retry.PauseOf(exception);
        var result = new AttemptResult
        {
            Output = output,
            Error = exception is null ? null : _run.ErrorOf(attempt.Index, exception),
            MayRetry = exception is not null && retry.MayRetry(exception),
            RetryAfter = retryAfter,

            // An error that says when to try again is about the endpoint, and not about one of those that were sent to it.
            IsBatchBroken = exception is not null && retryAfter is null && attempt.Extras.IsBatchBroken,
            Usage = attempt.Extras.Usage,
        };
        return attempt.Extras.TakeAdditions() is { } additions && exception is null
            ? growth.CompleteWithAdditions(attempt, result, additions)
            : _gate.ReportReturned(attempt, result);
    }

    /// <summary>An attempt has returned whose output is kept as JSON: an output that cannot be stored is none.</summary>
    private LocalAttempt? CompleteStored(StoredOutputs outputs, LocalAttempt attempt, object? output, Exception? exception)
    {
        _run.Release(attempt);
        SubtaskError? error = null;
        if (exception is null && !outputs.TryKeep(attempt.Index, attempt.Attempt, ref output, out error))
        {
            output = null;
        }

        _caching.OnReturned(attempt, output, hasSucceeded: exception is null && error is null);

        LocalAttempt? next;
        if (error is not null)
        {
            next = _gate.ReportReturned(attempt, new AttemptResult { Error = error, Usage = attempt.HasExtras ? attempt.Extras.Usage : null });
        }
        else if (attempt.HasExtras || exception is not null)
        {
            next = CompleteUncommon(attempt, output, exception);
        }
        else
        {
            next = _gate.ReportReturned(attempt, new AttemptResult { Output = output });
        }

        using (_gate.Hold())
        {
            if (attempt.IsOutputUnused)
            {
                outputs.Forget(attempt.Index, attempt.Attempt, output);
            }

            committer?.OnReturned(attempt);
        }

        return next;
    }

    /// <summary>An attempt has a result: the answers of batches that it has received count for it, also where its result is kept for others.</summary>
    private void CountAnswers(LocalAttempt attempt, DeferrableCalls deferrable)
    {
        if (calls!.Use(deferrable) is { } answers)
        {
            attempt.Extras.Count(answers);
        }
    }
}
