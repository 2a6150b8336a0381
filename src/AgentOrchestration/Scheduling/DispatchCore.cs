using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// What happens next: the state of a run, the order of urgency and the resource ledger together. Hosts tell it what has happened and
/// when, and carry out the decisions it adds to their list. It does no I/O. Not thread-safe: one call at a time.
/// </summary>
internal sealed class DispatchCore
{
    private readonly TaskGraph _graph;
    private readonly ReadyQueue _ready;
    private readonly RunConsequences _consequences = new();
    private readonly WaitReason[] _waits;
    private readonly Func<int, bool> _mustIdentify;
    private readonly int _maxParallelism;
    private readonly ulong _seed;
    private readonly List<ResourceRequirements> _abandoned = [];
    private SharedWork? _shared;
    private Dictionary<int, Progress>? _progress;
    private int _outstanding;
    private volatile bool _mayBeBlocked;

    /// <param name="graph">The graph to run.</param>
    /// <param name="resources">The ledger.</param>
    /// <param name="runId">The run; seeds the jitter of its retries.</param>
    /// <param name="maxParallelism">How many attempts run at a time.</param>
    /// <param name="mustIdentify">Whether a subtask's work may be shared or cached, so that it must be identified before it runs.</param>
    public DispatchCore(TaskGraph graph, IResourceManager resources, string runId, int maxParallelism, Func<int, bool> mustIdentify)
    {
        _graph = graph;
        _ready = new ReadyQueue(graph, resources);
        _waits = new WaitReason[graph.Count];
        _mustIdentify = mustIdentify;
        _maxParallelism = maxParallelism;
        _seed = RetryBackoff.SeedOf(runId);
        State = new RunState(graph);
    }

    public RunState State { get; }

    /// <summary>Whether a release of resources may let something start. May be read without the host's lock.</summary>
    public bool MayBeBlocked => _mayBeBlocked;

    public void Start(long now, List<Decision> decisions)
    {
        State.Apply(new RunFact(RunFactKind.RunStarted, now), _consequences);
        Settle(now, decisions);
    }

    /// <summary>The host knows what a subtask's work is.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="identity">Equal for equal work; <see langword="null"/> when the work cannot be shared.</param>
    /// <param name="cached">The cached result, when there is one.</param>
    /// <param name="now">When.</param>
    /// <param name="decisions">What to do.</param>
    public void Identified(int subtask, string? identity, CachedOutput? cached, long now, List<Decision> decisions)
    {
        if (!EndWait(subtask, WaitReason.Identity))
        {
            return;
        }

        if (cached is not null)
        {
            Succeed(subtask, attempt: 0, cached.Output, OutputOrigin.Cached, sharedWith: -1, now);
        }
        else if (identity is null || !(_shared ??= new SharedWork()).TryFindWorker(identity, subtask, out int worker))
        {
            Enqueue(subtask);
        }
        else if (State.StateOf(worker) == SubtaskState.Succeeded)
        {
            Succeed(subtask, attempt: 0, State.PayloadOf(worker), OutputOrigin.Shared, worker, now);
        }
        else
        {
            _waits[subtask] = WaitReason.Twin;
            _shared.Follow(worker, subtask);
        }

        Settle(now, decisions);
    }

    /// <returns>Whether the completion counted; a late or repeated one does not.</returns>
    public bool Succeeded(int subtask, int attempt, object? output, long now, List<Decision> decisions)
    {
        if (!State.IsCurrent(subtask, attempt))
        {
            return false;
        }

        Succeed(subtask, attempt, output, OutputOrigin.Executed, sharedWith: -1, now);
        UnparkAfter(subtask);
        Settle(now, decisions);
        return true;
    }

    /// <returns>Whether the failure counted; a late or repeated one does not.</returns>
    public bool Failed(int subtask, int attempt, SubtaskError error, bool mayRetry, long now, List<Decision> decisions)
    {
        if (!State.IsCurrent(subtask, attempt))
        {
            return false;
        }

        RetryOptions retry = _graph.TaskTypes[subtask].Options.Retry;
        if (mayRetry && !State.IsCancelling && attempt < retry.MaxAttempts)
        {
            long retryAt = now + RetryBackoff.PauseAfter(retry, _seed, subtask, attempt).Ticks;
            State.Apply(
                new RunFact(RunFactKind.AttemptFailed, now) { Subtask = subtask, Attempt = attempt, Detail = retryAt, Payload = error },
                _consequences);
            BeginWait(subtask, WaitReason.Retry);
            decisions.Add(new Decision(DecisionKind.RetryLater, subtask) { DueAt = retryAt });
        }
        else
        {
            Fail(subtask, attempt, error, now);
        }

        UnparkAfter(subtask);
        Settle(now, decisions);
        return true;
    }

    /// <summary>An attempt of a run that is being cancelled has stopped, or is no longer waited for.</summary>
    public void Stopped(int subtask, int attempt, bool abandoned, long now, List<Decision> decisions)
    {
        if (State.IsCurrent(subtask, attempt))
        {
            Cancel(subtask, attempt, abandoned, now);
            UnparkAfter(subtask);
            Settle(now, decisions);
        }
    }

    /// <summary>An attempt that is no longer waited for keeps what it holds until its code returns, which may be never.</summary>
    public void LeaseAbandoned(ResourceRequirements held) => _abandoned.Add(held);

    /// <summary>The code of an abandoned attempt has returned after all.</summary>
    public void LeaseRecovered(ResourceRequirements held) => _abandoned.Remove(held);

    public void RetryDue(int subtask, long now, List<Decision> decisions)
    {
        if (EndWait(subtask, WaitReason.Retry))
        {
            Enqueue(subtask);
            Settle(now, decisions);
        }
    }

    public void Report(int subtask, int attempt, Progress progress, long now)
    {
        _progress ??= [];
        if (State.IsCurrent(subtask, attempt) && progress.DiffersFrom(_progress.GetValueOrDefault(subtask)))
        {
            _progress[subtask] = progress;
            State.Apply(new RunFact(RunFactKind.ProgressReported, now) { Subtask = subtask, Attempt = attempt, Payload = progress }, _consequences);
        }
    }

    public void CancelRun(long now, List<Decision> decisions)
    {
        if (State.IsCancelling || State.IsEnded)
        {
            return;
        }

        State.Apply(new RunFact(RunFactKind.CancelRequested, now), _consequences);
        _ready.Clear();
        _outstanding = 0;
        for (int subtask = 0; subtask < _graph.Count; subtask++)
        {
            _waits[subtask] = WaitReason.None;
            if (State.StateOf(subtask) is SubtaskState.Pending or SubtaskState.Ready)
            {
                Cancel(subtask, attempt: 0, abandoned: false, now);
            }
        }

        decisions.Add(new Decision(DecisionKind.StopRunning));
        Settle(now, decisions);
    }

    /// <summary>Resources may have been released.</summary>
    public void ResourcesReleased(long now, List<Decision> decisions)
    {
        if (!State.IsEnded)
        {
            _ready.Unpark();
            Settle(now, decisions);
        }
    }

    /// <summary>The host itself is broken: everything that is open fails, and the run ends, instead of waiting for ever.</summary>
    public void Abort(SubtaskError error, long now, List<Decision> decisions)
    {
        _ready.Clear();
        _outstanding = 0;
        for (int subtask = 0; subtask < _graph.Count; subtask++)
        {
            if (State.StateOf(subtask) is SubtaskState.Pending or SubtaskState.Ready or SubtaskState.Running)
            {
                _waits[subtask] = WaitReason.None;
                Fail(subtask, State.AttemptOf(subtask), error, now);
            }
        }

        if (!State.IsEnded)
        {
            Settle(now, decisions);
        }
    }

    /// <summary>Follows every consequence to its end, then starts what can start; both again as long as one leads to the other.</summary>
    private void Settle(long now, List<Decision> decisions)
    {
        do
        {
            FollowConsequences(now, decisions);
            Dispatch(now, decisions);
            if (State.Running == 0 && _outstanding == 0 && State.Open > 0)
            {
                FailWhatCannotGoOn(now);
            }
        }
        while (_consequences.Any);

        if (State.Open == 0 && !State.IsEnded)
        {
            State.Apply(new RunFact(RunFactKind.RunEnded, now) { Detail = (long)State.Outcome }, _consequences);
            decisions.Add(new Decision(DecisionKind.EndRun));
        }
    }

    private void FollowConsequences(long now, List<Decision> decisions)
    {
        while (true)
        {
            if (_consequences.Skipped.TryPop(out (int Subtask, int Cause) skipped))
            {
                if (State.StateOf(skipped.Subtask) == SubtaskState.Pending)
                {
                    State.Apply(new RunFact(RunFactKind.SubtaskSkipped, now) { Subtask = skipped.Subtask, Other = skipped.Cause }, _consequences);
                }
            }
            else if (_consequences.Ready.TryPop(out int subtask))
            {
                if (_mustIdentify(subtask))
                {
                    BeginWait(subtask, WaitReason.Identity);
                    decisions.Add(new Decision(DecisionKind.Identify, subtask));
                }
                else
                {
                    Enqueue(subtask);
                }
            }
            else
            {
                return;
            }
        }
    }

    private void Dispatch(long now, List<Decision> decisions)
    {
        if (_ready.Count == 0)
        {
            return;
        }

        // Set before the ledger is asked: a release that comes after a refusal then finds it set, and no wake-up is lost.
        _mayBeBlocked = true;
#pragma warning disable CA2000 // The lease leaves with the decision; the host gives it back when the attempt's code has returned.
        while (State.Running < _maxParallelism && _ready.TryDequeue(out int subtask, out ResourceLease? lease, out Exception? error))
#pragma warning restore CA2000
        {
            _waits[subtask] = WaitReason.None;
            if (error is not null)
            {
                Fail(subtask, State.AttemptOf(subtask), SubtaskError.From(error), now);
                continue;
            }

            int attempt = State.AttemptOf(subtask) + 1;
            _progress?.Remove(subtask);
            State.Apply(new RunFact(RunFactKind.AttemptStarted, now) { Subtask = subtask, Attempt = attempt }, _consequences);
            decisions.Add(new Decision(DecisionKind.Start, subtask) { Attempt = attempt, Lease = lease });
        }

        _mayBeBlocked = _ready.IsAnyParked;
    }

    /// <summary>What the subtask held is free again; the host gives it back before it tells.</summary>
    private void UnparkAfter(int subtask)
    {
        if (!_graph.NeedVectors[_graph.NeedVectorOf[subtask]].IsNone)
        {
            _ready.Unpark();
        }
    }

    private void Succeed(int subtask, int attempt, object? output, OutputOrigin origin, int sharedWith, long now)
    {
        State.Apply(
            new RunFact(RunFactKind.SubtaskSucceeded, now) { Subtask = subtask, Attempt = attempt, Detail = (long)origin, Other = sharedWith, Payload = output },
            _consequences);
        foreach (int twin in _shared?.End(subtask, keep: _graph.TaskTypes[subtask].Effect == TaskEffect.Pure) ?? [])
        {
            if (_waits[twin] == WaitReason.Twin)
            {
                _waits[twin] = WaitReason.None;
                Succeed(twin, attempt: 0, output, OutputOrigin.Shared, subtask, now);
            }
        }
    }

    private void Fail(int subtask, int attempt, SubtaskError error, long now)
    {
        State.Apply(new RunFact(RunFactKind.SubtaskFailed, now) { Subtask = subtask, Attempt = attempt, Payload = error }, _consequences);
        foreach (int twin in _shared?.End(subtask, keep: false) ?? [])
        {
            if (_waits[twin] == WaitReason.Twin)
            {
                _waits[twin] = WaitReason.None;
                Fail(twin, attempt: 0, error, now);
            }
        }
    }

    private void Cancel(int subtask, int attempt, bool abandoned, long now) =>
        State.Apply(
            new RunFact(RunFactKind.SubtaskCancelled, now) { Subtask = subtask, Attempt = attempt, Detail = abandoned ? 1 : 0 },
            _consequences);

    /// <summary>Nothing of this run is going on. What cannot go on by itself either ends here, by name, instead of waiting for ever.</summary>
    private void FailWhatCannotGoOn(long now)
    {
        if (_ready.IsAllParked)
        {
            // Other runs may release what these wait for; abandoned code of this run perhaps never will.
            foreach (int subtask in _abandoned.Count == 0 ? [] : _ready.TakeHopeless(_abandoned))
            {
                _waits[subtask] = WaitReason.None;
                Fail(subtask, State.AttemptOf(subtask), new SubtaskError("ResourcesAbandoned", "What it needs is held by an abandoned attempt of this run that has not returned."), now);
            }
        }
        else if (_ready.Count == 0)
        {
            FailStalled(now);
        }
    }

    /// <summary>Nothing can ever happen: a defect of ours.</summary>
    private void FailStalled(long now)
    {
        for (int subtask = 0; subtask < _graph.Count; subtask++)
        {
            if (State.StateOf(subtask) is SubtaskState.Pending or SubtaskState.Ready)
            {
                var error = new SubtaskError("RunStalled", $"The run stalled while this subtask was {State.StateOf(subtask)} ({_waits[subtask]}). This is a defect of the library.");
                Fail(subtask, State.AttemptOf(subtask), error, now);
            }
        }
    }

    private void Enqueue(int subtask)
    {
        _waits[subtask] = WaitReason.Turn;
        _ready.Enqueue(subtask);
    }

    private void BeginWait(int subtask, WaitReason reason)
    {
        _waits[subtask] = reason;
        _outstanding++;
    }

    private bool EndWait(int subtask, WaitReason reason)
    {
        if (_waits[subtask] != reason)
        {
            return false;
        }

        _waits[subtask] = WaitReason.None;
        _outstanding--;
        return true;
    }
}
