using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Follows the calls that attempts of a run have deferred: they are collected, submitted to their batch endpoints, looked at, and their answers are read.</summary>
internal sealed class CallSubmissions
{
    private const int LongestPause = 10;

    private readonly RunEnvironment _run;
    private readonly RunGate _gate;
    private readonly RunEnd _end;
    private readonly Func<long> _now;
    private readonly DeferredAnswers _answers;
    private readonly CallCollection _collection;
    private readonly BatchOperations _operations;
    private readonly CallSending _sending;
    private readonly AnswerReading _reading;

    private readonly OngoingWork _followed = new();

    /// <param name="run">The environment.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="end">The end of the run.</param>
    /// <param name="now">The clock of the run.</param>
    /// <param name="whenWritten">Waits until all facts are in the journal.</param>
    public CallSubmissions(RunEnvironment run, RunGate gate, RunEnd end, Func<long> now, Func<CancellationToken, ValueTask> whenWritten)
    {
        (_run, _gate, _end, _now) = (run, gate, end, now);
        _answers = new DeferredAnswers(run.Executor.Prices);
        _collection = new CallCollection(run, gate, end, now, whenWritten, _answers);
        _operations = new BatchOperations(run, gate, end, now);
        _sending = new CallSending(run, gate, end, now, _collection, _operations);
        _reading = new AnswerReading(run, gate, end, _collection, _operations, _answers);
    }

    private Deferrals Deferrals => _run.Core.Deferrals!;

    /// <summary>Inside the gate: the calls of an attempt that is about to start, when they can be deferred.</summary>
    public DeferrableCalls? CallsOf(int subtask) => _collection.CallsOf(subtask);

    /// <summary>Inside the gate: takes the calls of an attempt that has ended to wait for them.</summary>
    /// <returns>The number of the submission that they are in.</returns>
    public int Collect(int subtask, DeferrableCalls calls) => _collection.Collect(subtask, calls);

    /// <summary>An attempt has a result: its answers are not needed any more.</summary>
    /// <returns>What they have used; <see langword="null"/> for nothing.</returns>
    public TaskUsage? Use(DeferrableCalls calls) => _answers.Use(calls);

    /// <summary>Inside the gate: nobody will take the answers of a submission to a subtask any more.</summary>
    /// <returns>What they have used that is not counted yet; <see langword="null"/> for nothing.</returns>
    public TaskUsage? TakeUnused(int subtask, int submission) => _answers.TakeUnused(subtask, submission);

    /// <summary>Waits for the batches that are on their way to an endpoint: while they are, nobody can find them there.</summary>
    public Task WhenSentAsync() => _sending.WhenSentAsync();

    /// <summary>Waits until every batch of a run that has ended is answered or cancelled.</summary>
    public Task WhenFollowedAsync() => _followed.WhenAllAsync();

    /// <summary>Follows a submission until it is answered, or nobody waits for it any more. Never throws.</summary>
    public async Task FollowAsync(int number)
    {
        TaskCompletionSource followed = _followed.Begin();
        try
        {
            await FollowToEndAsync(number).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.Ended.IsCancellationRequested)
        {
            await CancelUnwantedAsync(number).ConfigureAwait(false);
        }
        catch (Exception) when (_gate.IsClosed)
        {
            // The run is detached; whoever resumes it asks again.
        }
        catch (Exception exception)
        {
            ExecutionLog.CallsNotAnswered(_run.Executor.Logger, exception, _run.RunId, number);
            ReportAnswered(number);
        }
        finally
        {
            _collection.Forget(number);
            _followed.End(followed);
        }
    }

    private async Task FollowToEndAsync(int number)
    {
        long? submittedAt = SubmittedAt(number);
        if (_collection.EndpointOf(number) is not { } endpoint || await _sending.SubmitAsync(number, endpoint).ConfigureAwait(false) is not { } receipt)
        {
            ReportAnswered(number);
            return;
        }

        // What is learned is how long a batch takes, and not how long somebody has looked at it.
        submittedAt ??= _sending.SentAt(number);
        bool isWatched = false;
        long since = _now();
        bool isCancelling = false;
        bool isCancelled = false;
        TimeSpan pause = endpoint.Options.PollAfter;
        while (true)
        {
            BatchedStatus status = await _operations.RetryAsync(token => endpoint.Batches.GetStatusAsync(receipt.BatchId, token), number, BatchOperations.Patience).ConfigureAwait(false);
            if (status.HasEnded)
            {
                await EndAsync(number, endpoint, receipt, status).ConfigureAwait(false);
                Observe(endpoint, isWatched ? submittedAt : null);
                return;
            }

            isWatched = true;
            (bool isWanted, long latest) = _operations.Look(number);
            if (!isWanted)
            {
                Observe(endpoint, submittedAt);
                isCancelled = isCancelled || await _operations.CancelAsync(endpoint, receipt).ConfigureAwait(false);
                await _reading.CountAsync(number, endpoint, receipt).ConfigureAwait(false);
                ReportAnswered(number);
                return;
            }

            // Half of the time at most is left to the cancellation.
            long cancelAt = latest - Math.Min(endpoint.Options.CancelTime.Ticks, (latest - since) / 2);
            isCancelling |= _now() >= cancelAt;
            if (isCancelling)
            {
                isCancelled = isCancelled || await _operations.CancelAsync(endpoint, receipt).ConfigureAwait(false);
                pause = endpoint.Options.PollAfter;
            }

            long next = !isCancelling ? cancelAt : _now() < latest - BatchOperations.LastLook.Ticks ? latest - BatchOperations.LastLook.Ticks : latest;
            TimeSpan left = new(next - _now());
            TimeSpan wait = pause < left ? pause : left;
            await _operations.PauseAsync(wait > BatchOperations.ShortestPause ? wait : BatchOperations.ShortestPause).ConfigureAwait(false);
            pause *= 1.5;
            pause = pause < endpoint.Options.PollAfter * LongestPause ? pause : endpoint.Options.PollAfter * LongestPause;
        }
    }

    private void Observe(DeferringEndpoint endpoint, long? submittedAt)
    {
        if (submittedAt is { } at)
        {
            endpoint.Observe(new TimeSpan(_now() - at));
        }
    }

    private async Task EndAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt, BatchedStatus status)
    {
        if (status.Error is { } error)
        {
            _collection.Refuse(endpoint, new BatchEndpointException($"The batch {receipt.BatchId} has failed: {error}", isFinal: true));
        }

        await _reading.ReadAsync(number, endpoint, receipt).ConfigureAwait(false);
        ReportAnswered(number);
    }

    /// <summary>The run has ended, or nobody waits any more: what was not answered is not to be charged.</summary>
    private async Task CancelUnwantedAsync(int number)
    {
        if (_run.Core.State.IsEnded && _collection.EndpointOf(number) is { } endpoint && _sending.ReceiptOf(number) is { } receipt)
        {
            await _operations.CancelAsync(endpoint, receipt).ConfigureAwait(false);
        }
    }

    private long? SubmittedAt(int number)
    {
        using (_gate.Hold())
        {
            return Deferrals.SubmittedAt(number);
        }
    }

    private void ReportAnswered(int number) =>
        _run.QueueOnPool(_gate.Report(number, static (core, submission, at, commands) => core.Answered(submission, at, commands)));
}
