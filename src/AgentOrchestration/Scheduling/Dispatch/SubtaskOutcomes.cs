using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>How subtasks end, and what that means for identical ones and, where a failure stops it, for the run.</summary>
internal sealed class SubtaskOutcomes(DispatchContext context)
{
    private InFlightWork? _shared;
    private int _stopAfterFailureOf = -1;

    /// <summary>Whether a subtask has failed that the run is to stop for.</summary>
    public bool StopsRun => _stopAfterFailureOf >= 0;

    public void Succeed(int subtask, int attempt, object? output, OutputOrigin origin, long now, int sharedWith = -1)
    {
        object? payload = sharedWith < 0 ? output : new SharedOutput(sharedWith, output);
        context.Record(new RunFact(RunFactKind.SubtaskSucceeded, now, subtask, attempt, (byte)origin, payload));
        SucceedTwins(subtask, output, now);
    }

    /// <summary>The output that an early attempt has made counts now.</summary>
    public void Succeed(int subtask, EarlyAttempt early, long now)
    {
        context.Record(new RunFact(RunFactKind.SubtaskSucceeded, now, subtask, early.Attempt, (byte)OutputOrigin.Executed, new HeldOutput(early.Output)));
        SucceedTwins(subtask, early.Output, now);
    }

    private void SucceedTwins(int subtask, object? output, long now)
    {
        if (_shared is null)
        {
            return;
        }

        foreach (int twin in _shared.End(subtask, keep: context.Graph.TaskTypes[subtask].Effect == TaskEffect.Pure))
        {
            if (context.Waits.Of(twin) == WaitReason.Duplicate)
            {
                context.Waits.Leave(twin);
                Succeed(twin, attempt: 0, output, OutputOrigin.Shared, now, sharedWith: subtask);
            }
        }
    }

    /// <summary>The output of a subtask was there before.</summary>
    public void Find(int subtask, CachedOutput found, long now)
    {
        if (found.Work is { } work)
        {
            context.Record(new RunFact(RunFactKind.WorkAvoided, now, subtask, payload: work));
        }

        Succeed(subtask, attempt: 0, found.Output, found.Origin, now);
    }

    /// <summary>A subtask that is out of the queue waits for an attempt of another run that does the same work.</summary>
    public void Join(int subtask, JoinedFlight flight, long now, HostCommands commands)
    {
        context.Record(new RunFact(RunFactKind.FlightJoined, now, subtask, payload: flight));
        context.Waits.Begin(subtask, WaitReason.Flight);
        commands.Add(new HostCommand(HostCommandKind.AwaitFlight, subtask));
    }

    /// <summary>
    /// The work of a subtask has failed for good: its fallback takes the place of the output, if it has one. That is no answer of the work, so identical
    /// subtasks end as they do when it fails, each with its own fallback or none. A run that stops takes none.
    /// </summary>
    public void FailWork(int subtask, int attempt, SubtaskError error, long now) => FailWork(subtask, attempt, error, now, worker: null);

    private void FailWork(int subtask, int attempt, SubtaskError error, long now, int? worker)
    {
        DropEarly(subtask, now);
        if (context.Graph.Policies[subtask].Fallback is not { } fallback || context.State.Stop is not null || context.Graph.SubtaskAt(subtask).IsComposite)
        {
            RecordFailure(subtask, attempt, error, now, worker);
        }
        else
        {
            var output = new FallbackOutput(fallback.Json, error, fallback.Read, worker);
            context.Record(new RunFact(RunFactKind.SubtaskSucceeded, now, subtask, attempt, (byte)OutputOrigin.Fallback, output));
        }

        FailTwins(subtask, error, isWork: true, now);
    }

    /// <summary>A subtask fails, not by its work.</summary>
    public void Fail(int subtask, int attempt, SubtaskError error, long now)
    {
        RecordFailure(subtask, attempt, error, now, worker: null);
        FailTwins(subtask, error, isWork: false, now);
    }

    private void RecordFailure(int subtask, int attempt, SubtaskError error, long now, int? worker)
    {
        DropEarly(subtask, now);
        context.Record(new RunFact(RunFactKind.SubtaskFailed, now, subtask, attempt, payload: worker is { } other ? new SharedFailure(other, error) : error));
        if (context.Options.FailurePolicy != FailurePolicy.Continue && context.State.HasFailed && context.State.Stop is null && _stopAfterFailureOf < 0)
        {
            _stopAfterFailureOf = subtask;
        }
    }

    private void FailTwins(int subtask, SubtaskError error, bool isWork, long now)
    {
        if (_shared is null)
        {
            return;
        }

        ILookup<bool, int> twins = _shared.End(subtask, keep: false).ToLookup(twin => context.Waits.Of(twin) == WaitReason.Duplicate && HasLimitsOf(subtask, twin));
        foreach (int twin in twins[true])
        {
            context.Waits.Leave(twin);
            if (isWork)
            {
                FailWork(twin, attempt: 0, error, now, subtask);
            }
            else
            {
                RecordFailure(twin, attempt: 0, error, now, subtask);
            }
        }

        // A failure by the limits of one is none of one with other limits.
        RepeatEach(twins[false]);
    }

    public void Skip(int subtask, SkipCause cause, long now)
    {
        DropEarly(subtask, now);
        context.Record(new RunFact(RunFactKind.SubtaskSkipped, now, subtask, payload: cause));
        GiveUp(subtask);
    }

    public void Cancel(int subtask, int attempt, long now)
    {
        DropEarly(subtask, now);
        context.Record(new RunFact(RunFactKind.SubtaskCancelled, now, subtask, attempt));
        GiveUp(subtask);
    }

    /// <summary>A subtask that was to do its work for identical ones does not.</summary>
    private void GiveUp(int subtask)
    {
        if (_shared is not null)
        {
            RepeatEach(_shared.End(subtask, keep: false));
        }
    }

    /// <summary>Lets the only subtask of an identity do its work; others take its output, wait for it, or wait for their turn, which may come first.</summary>
    public void Share(int subtask, string identity, long now)
    {
        if (!(_shared ??= new InFlightWork()).TryFindWorker(identity, subtask, out int worker))
        {
            context.Waits.Enqueue(subtask);
        }
        else if (context.State.StateOf(worker) == SubtaskState.Succeeded)
        {
            Succeed(subtask, attempt: 0, context.State.OutputOf(worker), OutputOrigin.Shared, now, sharedWith: worker);
        }
        else
        {
            _shared.Follow(worker, subtask);
            if (context.Waits.Of(worker) == WaitReason.Turn && context.Graph.NeedVectorOf[worker] != context.Graph.NeedVectorOf[subtask])
            {
                // It does not wait for what only the other needs.
                context.Waits.Enqueue(subtask);
            }
            else
            {
                context.Waits.BeginDuplicate(subtask);
            }
        }
    }

    /// <summary>Whether a subtask does work of this identity, or has done it.</summary>
    public bool IsWorkedOn(string identity) => _shared?.Knows(identity) == true;

    /// <summary>A subtask that has begun its work early does it for identical ones too, also for those that only wait for their turn.</summary>
    /// <returns>Whether it does; not when another has begun, or has done it.</returns>
    public bool TryTakeOver(int subtask, string identity)
    {
        if (!(_shared ??= new InFlightWork()).TryFindWorker(identity, subtask, out int worker))
        {
            return true;
        }

        if (context.Waits.Of(worker) != WaitReason.Turn)
        {
            return false;
        }

        _shared.Follow(worker, subtask);
        BeginShared(subtask);
        return true;
    }

    /// <summary>A subtask begins its work: identical ones that wait for their turn wait for it instead.</summary>
    public void BeginShared(int subtask)
    {
        if (_shared is null)
        {
            return;
        }

        foreach (int twin in _shared.Begin(subtask))
        {
            if (context.Waits.Of(twin) == WaitReason.Turn)
            {
                context.Waits.Leave(twin);
                context.Waits.BeginDuplicate(twin);
            }
        }
    }

    /// <summary>The work of a subtask adds to the run. An output of it would lack what identical ones add, so each of them does the work itself.</summary>
    public void Separate(int subtask)
    {
        if (_shared is not null)
        {
            RepeatEach(_shared.Separate(subtask));
        }
    }

    /// <summary>Takes the failure that the run is to stop for.</summary>
    /// <returns>The subtask that failed.</returns>
    public int TakeFailure()
    {
        int subtask = _stopAfterFailureOf;
        _stopAfterFailureOf = -1;
        return subtask;
    }

    /// <summary>The plan is complete: stops the run for a failure of a subtask that, by the whole plan, the run cannot do without.</summary>
    public void DecideFailures()
    {
        RunState state = context.State;
        if (context.Options.FailurePolicy != FailurePolicy.Continue && state.HasFailed && state.Stop is null)
        {
            _stopAfterFailureOf = Enumerable.Range(0, context.Graph.Count).First(subtask => state.StateOf(subtask) == SubtaskState.Failed && !state.CanDoWithout(subtask));
        }
    }

    /// <summary>A subtask ends without the output of its early attempt.</summary>
    private void DropEarly(int subtask, long now)
    {
        if (context.State.EarlyOf(subtask) is { } early)
        {
            context.Record(new RunFact(RunFactKind.OutputDropped, now, subtask, early.Attempt));
        }
    }

    /// <summary>The work of others was not done for these after all: one of them does it now.</summary>
    private void RepeatEach(IEnumerable<int> twins)
    {
        foreach (int twin in twins)
        {
            if (context.Waits.Of(twin) is WaitReason.Duplicate or WaitReason.Turn)
            {
                context.Waits.Leave(twin);
                context.Consequences.Ready.Enqueue(twin);
            }
        }
    }

    /// <summary>Whether two subtasks need the same, as often and as long.</summary>
    private bool HasLimitsOf(int subtask, int twin) =>
        context.Graph.NeedVectorOf[subtask] == context.Graph.NeedVectorOf[twin] && context.Graph.Policies[subtask].HasLimitsOf(context.Graph.Policies[twin]);
}
