using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What becomes of attempts: an output, a failure that is tried again or not, a limit that has come.</summary>
internal sealed partial class DispatchCore
{
    /// <summary>The code of an attempt has returned an output and nothing else: by far the most frequent case of what follows.</summary>
    public bool Returned(int subtask, int attempt, object? output, long now, HostCommands commands)
    {
        if (_stops.Count > 0 || _budget is not null || _deadlines is not null || !State.IsCurrent(subtask, attempt))
        {
            return Returned(subtask, attempt, new AttemptResult { Output = output }, now, commands);
        }

        Succeed(subtask, attempt, output, OutputOrigin.Executed, now);
        Settle(now, commands);
        return true;
    }

    /// <summary>The code of an attempt has returned. The host has given back what it held.</summary>
    /// <returns>Whether the result counted; a late or repeated one does not.</returns>
    public bool Returned(int subtask, int attempt, in AttemptResult result, long now, HostCommands commands)
    {
        if (!State.IsCurrent(subtask, attempt))
        {
            AbandonedReturned(subtask, attempt, result.Usage, now, commands);
            return false;
        }

        AttemptStop? stop = EndAttempt(subtask, attempt, result.Usage, now);
        if ((result.Growth is not null || result.IsGrowthRefused) && _shared is not null)
        {
            // An output of this one would lack what equal ones add.
            RepeatEach(_shared.Separate(subtask));
        }

        if (stop is { IsCancelled: true })
        {
            Cancel(subtask, attempt, now);
        }
        else if (stop?.Limit is { } limit)
        {
            Failed(subtask, attempt, new AttemptResult { Error = TimeoutError(subtask, limit), MayRetry = limit != TimeLimit.Subtask && stop.Value.MayRetry }, now, commands);
        }
        else if (result.Error is null && (result.Growth is null || MayGrow(subtask)))
        {
            Succeed(subtask, attempt, result.Output, OutputOrigin.Executed, now);
            Grow(subtask, result.Growth, now);
        }
        else if (stop is not null)
        {
            // Code that was told to stop ends in all sorts of exceptions, or with additions that come too late; what it stopped for is the cancellation.
            Cancel(subtask, attempt, now);
        }
        else
        {
            Failed(subtask, attempt, result, now, commands);
        }

        Settle(now, commands);
        return result.Error is null && stop?.Limit is null;
    }

    /// <summary>It is time to look at an attempt: a limit may have come, or the end of the patience with code that was told to stop.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lastProgress">When the attempt last reported something, in UTC ticks; 0 for never.</param>
    /// <param name="mayRetry">Whether running out of time is worth another attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    public void AttemptDue(int subtask, int attempt, long lastProgress, bool mayRetry, long now, HostCommands commands)
    {
        if (!State.IsCurrent(subtask, attempt))
        {
            return;
        }

        if (_stops.TryGetValue(subtask, out AttemptStop stop))
        {
            if (now < stop.AbandonAt)
            {
                WakeAttemptAt(subtask, attempt, stop.AbandonAt, commands);
                return;
            }

            Abandon(subtask, attempt, stop, now, commands);
            Settle(now, commands);
            return;
        }

        (TimeLimit limit, long at) = _deadlines?.Next(subtask, Graph.Policies[subtask], lastProgress) ?? (default, long.MaxValue);
        if (now < at)
        {
            WakeAttemptAt(subtask, attempt, at, commands);
            return;
        }

        State.Apply(new RunFact(RunFactKind.AttemptTimedOut, now, subtask, attempt, (byte)limit), _consequences);
        BeginStop(subtask, attempt, limit, mayRetry, now, commands);
    }

    public void RetryDue(int subtask, long now, HostCommands commands)
    {
        if (!EndWait(subtask, WaitReason.Retry))
        {
            return;
        }

        if (_deadlines?.Allows(subtask, Graph.Policies[subtask], now) == false)
        {
            // The time over all attempts has ended in the pause: the clock may go further than it was asked to.
            Fail(subtask, State.AttemptOf(subtask), State.LatestErrorOf(subtask)!, now);
        }
        else
        {
            Enqueue(subtask);
        }

        Settle(now, commands);
    }

    /// <returns>Why the attempt had been told to stop, if it had.</returns>
    private AttemptStop? EndAttempt(int subtask, int attempt, TaskUsage? usage, long now)
    {
        _deadlines?.End(subtask);
        _budget?.Settle(subtask, usage);
        if (usage is not null)
        {
            State.Apply(new RunFact(RunFactKind.UsageCounted, now, subtask, attempt, payload: usage), _consequences);
        }

        return _stops.Count > 0 && _stops.Remove(subtask, out AttemptStop stop) ? stop : null;
    }

    private void Failed(int subtask, int attempt, in AttemptResult result, long now, HostCommands commands)
    {
        AttemptPolicy policy = Graph.Policies[subtask];
        TimeSpan pause = result.RetryAfter ?? RetryBackoff.PauseAfter(policy.Retry, _seed, subtask, attempt);
        long retryAt = now + Math.Clamp(pause.Ticks, 0, RetryBackoff.Longest.Ticks);
        if (result.MayRetry
            && State.Stop is null
            && _notStarting is null
            && attempt < policy.MaxAttempts
            && _deadlines?.Allows(subtask, policy, retryAt) != false)
        {
            State.Apply(new RunFact(RunFactKind.AttemptFailed, now, subtask, attempt, payload: new AttemptRetry(result.Error!, retryAt)), _consequences);
            BeginWait(subtask, WaitReason.Retry);
            commands.Add(new HostCommand(HostCommandKind.WakeRetry, subtask) { DueAt = retryAt });
        }
        else
        {
            Fail(subtask, attempt, result.Error!, now);
        }
    }

    private void Succeed(int subtask, int attempt, object? output, OutputOrigin origin, long now, int sharedWith = -1)
    {
        object? payload = sharedWith < 0 ? output : new SharedOutput(sharedWith, output);
        State.Apply(new RunFact(RunFactKind.SubtaskSucceeded, now, subtask, attempt, (byte)origin, payload), _consequences);
        if (_shared is null)
        {
            return;
        }

        foreach (int twin in _shared.End(subtask, keep: Graph.TaskTypes[subtask].Effect == TaskEffect.Pure))
        {
            if (_waits[twin] == WaitReason.Duplicate)
            {
                _waits[twin] = WaitReason.None;
                Succeed(twin, attempt: 0, output, OutputOrigin.Shared, now, sharedWith: subtask);
            }
        }
    }

    private void Fail(int subtask, int attempt, SubtaskError error, long now)
    {
        State.Apply(new RunFact(RunFactKind.SubtaskFailed, now, subtask, attempt, payload: error), _consequences);
        if (_options.FailurePolicy != FailurePolicy.Continue && State.HasFailed && State.Stop is null && _stopAfterFailureOf < 0)
        {
            _stopAfterFailureOf = subtask;
        }

        if (_shared is null)
        {
            return;
        }

        ILookup<bool, int> twins = _shared.End(subtask, keep: false).ToLookup(twin => _waits[twin] == WaitReason.Duplicate && HasLimitsOf(subtask, twin));
        foreach (int twin in twins[true])
        {
            _waits[twin] = WaitReason.None;
            Fail(twin, attempt: 0, error, now);
        }

        // What has failed by the limits of one says nothing about one with other limits.
        RepeatEach(twins[false]);
    }

    private void Skip(int subtask, SkipCause cause, long now) =>
        State.Apply(new RunFact(RunFactKind.SubtaskSkipped, now, subtask, payload: cause), _consequences);

    private void Cancel(int subtask, int attempt, long now)
    {
        State.Apply(new RunFact(RunFactKind.SubtaskCancelled, now, subtask, attempt), _consequences);
        if (_shared is not null)
        {
            RepeatEach(_shared.End(subtask, keep: false));
        }
    }

    /// <summary>The work of others was not done for these after all: one of them does it now.</summary>
    private void RepeatEach(IEnumerable<int> twins)
    {
        foreach (int twin in twins)
        {
            if (_waits[twin] is WaitReason.Duplicate or WaitReason.Turn)
            {
                Leave(twin);
                _consequences.Ready.Enqueue(twin);
            }
        }
    }

    /// <summary>Whether two subtasks need the same, as often and as long.</summary>
    private bool HasLimitsOf(int subtask, int twin) =>
        Graph.NeedVectorOf[subtask] == Graph.NeedVectorOf[twin] && Graph.Policies[subtask].HasLimitsOf(Graph.Policies[twin]);

    /// <summary>
    /// Whether what a subtask adds can still join the run. If not, it has not succeeded, so that a run that starts from this one repeats it; unless it is
    /// compensated, and therefore not reused.
    /// </summary>
    private bool MayGrow(int subtask) =>
        State.Stop is null || (_options.FailurePolicy == FailurePolicy.Compensate && Graph.TaskTypes[subtask].IsCompensable);
}
