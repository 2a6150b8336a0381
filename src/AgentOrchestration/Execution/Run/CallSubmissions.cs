using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Collects the calls that attempts of a run have deferred, submits them to their batch endpoints, and fetches the answers. What a batch is for is in the journal before it is
/// submitted, and it is looked for by its name before it is submitted again, so a crash at any moment leaves nothing that would be paid twice.
/// </summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="end">The end of the run.</param>
/// <param name="now">The clock of the run.</param>
/// <param name="whenWritten">Waits until all facts are in the journal.</param>
internal sealed class CallSubmissions(RunEnvironment run, RunGate gate, RunEnd end, Func<long> now, Func<CancellationToken, ValueTask> whenWritten)
{
    private const int LongestPause = 10;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(30);

    /// <summary>The last look at a batch is so long before its calls are made elsewhere: what it has answered is still to be read.</summary>
    private static readonly TimeSpan LastLook = TimeSpan.FromMinutes(1);

    /// <summary>How long an endpoint may take to answer; and to send or receive a whole batch.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongPatience = TimeSpan.FromHours(1);

    private readonly DeferredAnswers _answers = new(run.Executor.Prices);
    private readonly ConcurrentDictionary<int, (SubmittedCalls Receipt, long? SentAt)> _receipts = new();
    private readonly string _runName = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.RunId)).AsSpan(0, 16));

    // Used inside the gate.
    private readonly Dictionary<(string Endpoint, string Model), CollectedCalls> _open = [];
    private readonly Dictionary<int, CollectedCalls> _collected = [];
    private readonly HashSet<string> _refusing = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _onTheirWay = [];
    private readonly HashSet<Task> _followed = [];

    private Deferrals Deferrals => run.Core.Deferrals!;

    /// <summary>Inside the gate: the calls of an attempt that is about to start, when they can be deferred. What starts early is not there to wait.</summary>
    public DeferrableCalls? CallsOf(int subtask)
    {
        TaskDescriptor taskType = run.Graph.TaskTypes[subtask];
        if (taskType.Options.Endpoint is not { } name || run.Executor.FindDeferring(name) is not { } endpoint
            || !taskType.MayShare || run.Graph.Policies[subtask].Batch is not null || !Deferrals.MayDefer(subtask) || run.Core.State.EarlyOf(subtask) is not null)
        {
            return null;
        }

        string key = string.Create(CultureInfo.InvariantCulture, $"{run.RunId}/{run.Graph.SubtaskAt(subtask).Id}\n{Deferrals.FailuresOf(subtask)}");
        long until = _refusing.Contains(name) ? long.MinValue : Deferrals.LatestStart;
        return new DeferrableCalls(endpoint, _answers.Find, subtask, key, Deferrals.RoundsOf(subtask), () => now() + endpoint.TimeNeeded.Ticks <= until);
    }

    /// <summary>Inside the gate: takes the calls of an attempt that has ended to wait for them.</summary>
    /// <returns>The number of the submission that they are in.</returns>
    public int Collect(int subtask, DeferrableCalls calls)
    {
        IBatchEndpoint batches = calls.Endpoint.Batches;
        (string Endpoint, string Model) key = (calls.Endpoint.Name, calls.Model);
        if (_open.TryGetValue(key, out CollectedCalls? open) && !open.TryAdd(subtask, calls.Deferred, batches.MaxRequests, batches.MaxBytes, now()))
        {
            open.Close();
            open = null;
        }

        if (open is null)
        {
            open = new CollectedCalls(Deferrals.Latest + 1, calls.Endpoint, calls.Model);
            open.Add(subtask, calls.Deferred, now());
            _open[key] = open;
            _collected.Add(open.Number, open);
        }

        return open.Number;
    }

    /// <summary>An attempt has a result: its answers are not needed any more.</summary>
    /// <returns>What they have used; <see langword="null"/> for nothing.</returns>
    public TaskUsage? Use(DeferrableCalls calls) => _answers.Use(calls);

    /// <summary>Inside the gate: nobody will take the answers of a submission to a subtask any more.</summary>
    /// <returns>What they have used that is not counted yet; <see langword="null"/> for nothing.</returns>
    public TaskUsage? TakeUnused(int subtask, int submission) => _answers.TakeUnused(subtask, submission);

    /// <summary>Waits for the batches that are on their way to an endpoint: while they are, nobody can find them there.</summary>
    public Task WhenSentAsync() => WhenAllAsync(_onTheirWay);

    /// <summary>Waits until every batch of a run that has ended is answered or cancelled.</summary>
    public Task WhenFollowedAsync() => WhenAllAsync(_followed);

    /// <summary>Follows a submission until it is answered, or nobody waits for it any more. Never throws.</summary>
    public async Task FollowAsync(int number)
    {
        var followed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (gate.Hold())
        {
            _followed.Add(followed.Task);
        }

        try
        {
            await FollowToEndAsync(number).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.Ended.IsCancellationRequested)
        {
            await CancelUnwantedAsync(number).ConfigureAwait(false);
        }
        catch (Exception) when (gate.IsClosed)
        {
            // The run is detached; whoever resumes it asks again.
        }
        catch (Exception exception)
        {
            ExecutionLog.CallsNotAnswered(run.Executor.Logger, exception, run.RunId, number);
            ReportAnswered(number);
        }
        finally
        {
            using (gate.Hold())
            {
                _followed.Remove(followed.Task);
                _collected.Remove(number);
            }

            followed.TrySetResult();
        }
    }

    private async Task WhenAllAsync(HashSet<Task> some)
    {
        Task[] all;
        using (gate.Hold())
        {
            all = [.. some];
        }

        await Task.WhenAll(all).ConfigureAwait(false);
    }

    private async Task FollowToEndAsync(int number)
    {
        long? submittedAt = SubmittedAt(number);
        if (EndpointOf(number) is not { } endpoint || await SubmitAsync(number, endpoint).ConfigureAwait(false) is not { } receipt)
        {
            ReportAnswered(number);
            return;
        }

        // What is learned is how long a batch takes, and not how long somebody has looked at it.
        submittedAt ??= _receipts.GetValueOrDefault(number).SentAt;
        bool isWatched = false;
        long since = now();
        bool isCancelling = false;
        bool isCancelled = false;
        TimeSpan pause = endpoint.Options.PollAfter;
        while (true)
        {
            BatchedStatus status = await RetryAsync(token => endpoint.Batches.GetStatusAsync(receipt.BatchId, token), number, Patience).ConfigureAwait(false);
            if (status.HasEnded)
            {
                await EndAsync(number, endpoint, receipt, status).ConfigureAwait(false);
                Observe(endpoint, isWatched ? submittedAt : null);
                return;
            }

            isWatched = true;
            (bool isWanted, long latest) = Look(number);
            if (!isWanted)
            {
                Observe(endpoint, submittedAt);
                isCancelled = isCancelled || await CancelAsync(endpoint, receipt).ConfigureAwait(false);
                await CountAsync(number, endpoint, receipt).ConfigureAwait(false);
                return;
            }

            // Half of the time at most is left to the cancellation.
            long cancelAt = latest - Math.Min(endpoint.Options.CancelTime.Ticks, (latest - since) / 2);
            isCancelling |= now() >= cancelAt;
            if (isCancelling)
            {
                isCancelled = isCancelled || await CancelAsync(endpoint, receipt).ConfigureAwait(false);
                pause = endpoint.Options.PollAfter;
            }

            long next = !isCancelling ? cancelAt : now() < latest - LastLook.Ticks ? latest - LastLook.Ticks : latest;
            TimeSpan left = new(next - now());
            TimeSpan wait = pause < left ? pause : left;
            await PauseAsync(wait > ShortestPause ? wait : ShortestPause).ConfigureAwait(false);
            pause = Min(pause * 1.5, endpoint.Options.PollAfter * LongestPause);
        }
    }

    private void Observe(DeferringEndpoint endpoint, long? submittedAt)
    {
        if (submittedAt is { } at)
        {
            endpoint.Observe(new TimeSpan(now() - at));
        }
    }

    /// <summary>Submits what was collected, or finds what was submitted before.</summary>
    /// <returns>The receipt; <see langword="null"/> when there is none, and what waits does not wait any longer.</returns>
    private async Task<SubmittedCalls?> SubmitAsync(int number, DeferringEndpoint endpoint)
    {
        SubmittedCalls? receipt;
        CollectedCalls? collected;
        DateTimeOffset startedAt;
        using (gate.Hold())
        {
            receipt = Deferrals.ReceiptOf(number);
            collected = _collected.GetValueOrDefault(number);
            startedAt = new DateTimeOffset(run.History[0].Time, TimeSpan.Zero);
        }

        if (receipt is not null)
        {
            return receipt;
        }

        if (collected is not null)
        {
            await CollectToEndAsync(collected).ConfigureAwait(false);
        }

        bool mayBeThere = collected is null;
        long? sentAt = null;
        string name = string.Create(CultureInfo.InvariantCulture, $"{_runName}-{number}");
        string? batchId;
        try
        {
            batchId = await RetryAsync(
                async token =>
                {
                    string? found = mayBeThere ? await endpoint.Batches.FindAsync(name, startedAt, token).ConfigureAwait(false) : null;
                    if (found is not null || WantedOf(number, collected) is not { Count: > 0 } requests)
                    {
                        return found;
                    }

                    mayBeThere = true;
                    string sent = await SendAsync(endpoint, name, requests, token).ConfigureAwait(false);
                    sentAt = now();
                    return sent;
                },
                number,
                LongPatience).ConfigureAwait(false);
        }
        catch (BatchEndpointException exception) when (exception.IsFinal)
        {
            Refuse(endpoint, exception);
            return null;
        }

        if (batchId is null)
        {
            return null;
        }

        receipt = new SubmittedCalls(number, endpoint.Name, batchId);
        _receipts[number] = (receipt, sentAt);
        collected?.ForgetContents();
        run.QueueOnPool(gate.Report(receipt, static (core, calls, at, commands) => core.Submitted(calls, at, commands)));
        return receipt;
    }

    /// <summary>What subtasks still wait for: an attempt may have been woken, or cancelled, while its calls were collected or the endpoint was busy.</summary>
    private IReadOnlyList<BatchedRequest> WantedOf(int number, CollectedCalls? collected)
    {
        using (gate.Hold())
        {
            return collected is not null && now() < Deferrals.LatestWait - LastLook.Ticks ? collected.RequestsOf([.. Deferrals.WaitingFor(number)]) : [];
        }
    }

    private async Task<string> SendAsync(DeferringEndpoint endpoint, string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken)
    {
        var sending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (gate.Hold())
        {
            if (gate.IsClosed)
            {
                throw new OperationCanceledException("The run is detached.", end.Ended);
            }

            _onTheirWay.Add(sending.Task);
        }

        try
        {
            return await endpoint.Batches.SubmitAsync(name, requests, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using (gate.Hold())
            {
                _onTheirWay.Remove(sending.Task);
            }

            sending.TrySetResult();
        }
    }

    /// <summary>Waits until no other call has come for a while, and until the journal says what they are for.</summary>
    private async Task CollectToEndAsync(CollectedCalls collected)
    {
        long collectFor = collected.Endpoint.Options.CollectFor.Ticks;
        while (!collected.Closed.IsCompleted && Math.Min(collected.LastAt + collectFor, collected.FirstAt + (collectFor * BatchEndpointOptions.LongestCollection)) - now() is var left and > 0)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(end.Ended);
            await Task.WhenAny(collected.Closed, Task.Delay(new TimeSpan(left), run.Executor.TimeProvider, pause.Token)).ConfigureAwait(false);
            await pause.CancelAsync().ConfigureAwait(false);
            end.Ended.ThrowIfCancellationRequested();
        }

        end.Ended.ThrowIfCancellationRequested();
        using (gate.Hold())
        {
            collected.Close();
            (string Endpoint, string Model) key = (collected.Endpoint.Name, collected.Model);
            if (_open.GetValueOrDefault(key) == collected)
            {
                _open.Remove(key);
            }
        }

        await whenWritten(end.Ended).ConfigureAwait(false);
    }

    private async Task EndAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt, BatchedStatus status)
    {
        if (status.Error is { } error)
        {
            Refuse(endpoint, new BatchEndpointException($"The batch {receipt.BatchId} has failed: {error}", isFinal: true));
        }

        await ReadAsync(number, endpoint, receipt).ConfigureAwait(false);
        ReportAnswered(number);
    }

    /// <summary>
    /// Nobody waits for a batch any more, but what it has answered is charged: it is counted when it is known, unless the run ends before.
    /// </summary>
    private async Task CountAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        try
        {
            while (!(await RetryAsync(token => endpoint.Batches.GetStatusAsync(receipt.BatchId, token), number, Patience, isCharged: true).ConfigureAwait(false)).HasEnded)
            {
                await PauseAsync(endpoint.Options.PollAfter * LongestPause).ConfigureAwait(false);
            }

            await ReadAsync(number, endpoint, receipt).ConfigureAwait(false);
        }
        catch (Exception exception) when (!end.Ended.IsCancellationRequested && !gate.IsClosed)
        {
            ExecutionLog.AnswersNotCounted(run.Executor.Logger, exception, run.RunId, receipt.BatchId);
        }

        ReportAnswered(number);
    }

    private async Task ReadAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        CollectedCalls? collected;
        HashSet<int> members;
        using (gate.Hold())
        {
            collected = _collected.GetValueOrDefault(number);
            members = [.. Deferrals.MembersOf(number)];
        }

        string? model = collected?.Model is { Length: > 0 } named ? named : endpoint.Batches.DefaultModelId;
        await RetryAsync(
            async token =>
            {
                var seen = new HashSet<string>(StringComparer.Ordinal);
                await foreach (BatchedAnswer answer in endpoint.Batches.GetAnswersAsync(receipt.BatchId, token).ConfigureAwait(false))
                {
                    // What nobody has asked is kept by nobody. Another process may have asked: then only for whom is known.
                    if (collected?.Has(answer.Id) ?? (DeferrableCalls.SubtaskOf(answer.Id) is { } subtask && members.Contains(subtask)))
                    {
                        // Of two answers to one request nobody knows which is the right one.
                        _answers.Keep(seen.Add(answer.Id) ? answer : new BatchedAnswer(answer.Id) { Error = "It was answered twice." }, number, model);
                    }
                }

                return true;
            },
            number,
            LongPatience,
            isCharged: true).ConfigureAwait(false);
    }

    /// <summary>Tries again what has failed, unless that is of no use.</summary>
    /// <param name="operation">What is tried.</param>
    /// <param name="number">The number of the submission.</param>
    /// <param name="patience">How long it may take once.</param>
    /// <param name="isCharged">Whether it is of use also when nobody waits for it any more.</param>
    private async Task<T> RetryAsync<T>(Func<CancellationToken, ValueTask<T>> operation, int number, TimeSpan patience, bool isCharged = false)
    {
        for (TimeSpan pause = ShortestPause; ; pause = Min(pause * 2, LongestRetryPause))
        {
            using var limit = new CancellationTokenSource(patience, run.Executor.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Ended, limit.Token);
            try
            {
                return await operation(either.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!end.Ended.IsCancellationRequested && exception is not BatchEndpointException { IsFinal: true })
            {
                (bool isWanted, long latest) = Look(number);
                if (!isWanted && !isCharged)
                {
                    throw;
                }

                TimeSpan asked = exception is BatchEndpointException { RetryAfter: { } after } && after > pause ? after : pause;
                ExecutionLog.BatchEndpointFailed(run.Executor.Logger, run.RunId, exception.Message, asked);
                await PauseAsync(isWanted ? Min(asked, new TimeSpan(Math.Max(ShortestPause.Ticks, latest - now()))) : asked).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The run has ended, or nobody waits any more: what was not answered is not to be charged.</summary>
    private async Task CancelUnwantedAsync(int number)
    {
        if (run.Core.State.IsEnded && EndpointOf(number) is { } endpoint && (_receipts.GetValueOrDefault(number).Receipt ?? Deferrals.ReceiptOf(number)) is { } receipt)
        {
            await CancelAsync(endpoint, receipt).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the endpoint has heard it.</returns>
    private async Task<bool> CancelAsync(DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        using var patience = new CancellationTokenSource(CancelPatience, run.Executor.TimeProvider);
        try
        {
            await endpoint.Batches.CancelAsync(receipt.BatchId, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ExecutionLog.BatchNotCancelled(run.Executor.Logger, exception, run.RunId, receipt.BatchId);
            return false;
        }
    }

    /// <summary>The endpoint takes nothing: for the rest of the run nothing is deferred to it.</summary>
    private void Refuse(DeferringEndpoint endpoint, Exception reason)
    {
        ExecutionLog.BatchEndpointRefused(run.Executor.Logger, reason, run.RunId, endpoint.Name);
        using (gate.Hold())
        {
            _refusing.Add(endpoint.Name);
        }
    }

    private DeferringEndpoint? EndpointOf(int number)
    {
        using (gate.Hold())
        {
            return _collected.TryGetValue(number, out CollectedCalls? collected) ? collected.Endpoint
                : Deferrals.ReceiptOf(number) is { } receipt ? run.Executor.FindDeferring(receipt.Endpoint)
                : Deferrals.WaitingFor(number).Select(subtask => run.Graph.TaskTypes[subtask].Options.Endpoint).FirstOrDefault() is { } name ? run.Executor.FindDeferring(name)
                : null;
        }
    }

    private (bool IsWanted, long Latest) Look(int number)
    {
        using (gate.Hold())
        {
            return (Deferrals.WaitingFor(number).Any(), Deferrals.LatestWait);
        }
    }

    private long? SubmittedAt(int number)
    {
        using (gate.Hold())
        {
            return Deferrals.SubmittedAt(number);
        }
    }

    private void ReportAnswered(int number) =>
        run.QueueOnPool(gate.Report(number, static (core, submission, at, commands) => core.Answered(submission, at, commands)));

    private Task PauseAsync(TimeSpan time) => Task.Delay(time, run.Executor.TimeProvider, end.Ended);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
