using System.Globalization;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Collects the calls that attempts of a run have deferred, until they are submitted together.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="end">The end of the run.</param>
/// <param name="now">The clock of the run.</param>
/// <param name="whenWritten">Waits until all facts are in the journal.</param>
/// <param name="answers">The answers so far.</param>
internal sealed class CallCollection(RunEnvironment run, RunGate gate, RunEnd end, Func<long> now, Func<CancellationToken, ValueTask> whenWritten, DeferredAnswers answers)
{
    // Used inside the gate.
    private readonly Dictionary<(string Endpoint, string Model), CollectedCalls> _open = [];
    private readonly Dictionary<int, CollectedCalls> _collected = [];
    private readonly HashSet<string> _refusing = new(StringComparer.Ordinal);

    private Deferrals Deferrals => run.Core.Deferrals!;

    /// <summary>Inside the gate: the calls of an attempt that is about to start, when they can be deferred. What starts early is not there to wait.</summary>
    public DeferrableCalls? CallsOf(int subtask)
    {
        if (Deferrals.EndpointOf(subtask) is not { } name || run.Executor.FindDeferring(name) is not { } endpoint || run.Core.State.EarlyOf(subtask) is not null)
        {
            return null;
        }

        string key = string.Create(CultureInfo.InvariantCulture, $"{run.RunId}/{run.Graph.SubtaskAt(subtask).Id}\n{Deferrals.FailuresOf(subtask)}");
        long until = _refusing.Contains(name) ? long.MinValue : Deferrals.LatestStart;
        return new DeferrableCalls(endpoint, answers.Find, subtask, run.Graph.TaskTypes[subtask].Name, key, Deferrals.RoundsOf(subtask), () => now() + endpoint.TimeNeeded.Ticks <= until);
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

    /// <summary>The calls of a submission; <see langword="null"/> when another process has collected them.</summary>
    public CollectedCalls? Find(int number)
    {
        using (gate.Hold())
        {
            return _collected.GetValueOrDefault(number);
        }
    }

    /// <summary>A submission is not followed any longer.</summary>
    public void Forget(int number)
    {
        using (gate.Hold())
        {
            _collected.Remove(number);
        }
    }

    /// <summary>The endpoint of a submission; <see langword="null"/> when it is not known.</summary>
    public DeferringEndpoint? EndpointOf(int number)
    {
        using (gate.Hold())
        {
            return _collected.TryGetValue(number, out CollectedCalls? collected) ? collected.Endpoint
                : Deferrals.ReceiptOf(number) is { } receipt ? run.Executor.FindDeferring(receipt.Endpoint)
                : Deferrals.WaitingFor(number).Select(subtask => run.Graph.TaskTypes[subtask].Options.Endpoint).FirstOrDefault() is { } name ? run.Executor.FindDeferring(name)
                : null;
        }
    }

    /// <summary>What subtasks still wait for: an attempt may have been woken, or cancelled, while its calls were collected or the endpoint was busy.</summary>
    public IReadOnlyList<BatchedRequest> WantedOf(int number, CollectedCalls? collected)
    {
        using (gate.Hold())
        {
            return collected is not null && now() < Deferrals.LatestWait - BatchOperations.LastLook.Ticks ? collected.RequestsOf([.. Deferrals.WaitingFor(number)]) : [];
        }
    }

    /// <summary>Waits until no other call has come for a while, and until the journal says what they are for.</summary>
    public async Task CollectToEndAsync(CollectedCalls collected)
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

    /// <summary>The endpoint takes nothing: for the rest of the run nothing is deferred to it.</summary>
    public void Refuse(DeferringEndpoint endpoint, Exception reason)
    {
        ExecutionLog.BatchEndpointRefused(run.Executor.Logger, reason, run.RunId, endpoint.Name);
        using (gate.Hold())
        {
            _refusing.Add(endpoint.Name);
        }
    }
}
