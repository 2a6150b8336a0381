using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What becomes of attempts: an output, a failure that is tried again or not, a limit that has come, a restart of the process.</summary>
/// <param name="context">The run.</param>
/// <param name="subtasks">Ends subtasks.</param>
/// <param name="stops">The attempts that were asked to stop.</param>
/// <param name="budget">What attempts may use.</param>
/// <param name="batches">The running batches.</param>
/// <param name="parts">Splits batches that have failed.</param>
/// <param name="gates">What becomes of attempts that started early.</param>
/// <param name="limits">The time limits of attempts.</param>
/// <param name="seed">Of the jitter of retries.</param>
internal sealed class AttemptOutcomes(
    DispatchContext context, SubtaskOutcomes subtasks, AttemptStops stops, BudgetGate budget, RunningBatches batches, BatchParts parts, EarlyGates gates, AttemptLimits limits, ulong seed)
{
    // While facts are replayed: when subtasks that have failed are to be tried again.
    private Dictionary<int, long>? _retries;

    /// <summary>The time over all attempts of a subtask was up before another could start.</summary>
    public void FailLate(int subtask, long now) => subtasks.FailWork(subtask, context.State.AttemptOf(subtask), limits.ErrorOf(subtask, TimeLimit.Subtask), now);

    /// <summary>The code of an attempt has returned an output and nothing else: by far the most frequent case of what follows.</summary>
    /// <returns>Whether it is that case.</returns>
    public bool TrySucceed(int subtask, int attempt, object? output, long now)
    {
        if (stops.IsAny || budget.HasBudget || limits.IsAny || batches.IsAny || context.Hedges is not null || context.State.Early is { IsAny: true } || !context.State.IsCurrent(subtask, attempt))
        {
            return false;
        }

        subtasks.Succeed(subtask, attempt, output, OutputOrigin.Executed, now);
        return true;
    }

    /// <summary>The code of the current attempt of a subtask has returned.</summary>
    /// <returns>Whether the result counted.</returns>
    public bool Returned(int subtask, int attempt, in AttemptResult result, long now, HostCommands commands)
    {
        bool isBroken = result.IsBatchBroken && !stops.Contains(subtask, attempt) && parts.Break(subtask);
        bool isDeferred = result.Deferred is not null && context.Deferrals is not null && context.State.EarlyOf(subtask) is null && !stops.Contains(subtask, attempt);
        int other = context.State.BesideOf(subtask, attempt);
        AttemptStop? stop = End(subtask, attempt, result.Usage, now, out _, isDeferred);
        if (isDeferred)
        {
            context.Deferrals!.Defer(subtask, attempt, result.Deferred!, now, commands);
            return false;
        }

        context.Hedges?.Returned(subtask, result);
        if (context.State.EarlyOf(subtask) is { } early)
        {
            EndEarly(subtask, early, stop, result, now);
            return false;
        }

        if (other > 0)
        {
            return ReturnedBeside(subtask, attempt, other, result, stop, now, commands);
        }

        if (result.Growth is not null || result.IsGrowthRefused)
        {
            subtasks.Separate(subtask);
        }

        if (stop is { IsCancelled: true })
        {
            subtasks.Cancel(subtask, attempt, now);
        }
        else if (stop?.Limit is { } limit)
        {
            Failed(subtask, attempt, new AttemptResult { Error = limits.ErrorOf(subtask, limit), MayRetry = limit != TimeLimit.Subtask && stop.Value.MayRetry }, now, commands);
        }
        else if (result.Error is null && (result.Growth is null || MayGrow(subtask)))
        {
            subtasks.Succeed(subtask, attempt, result.Output, OutputOrigin.Executed, now);
            context.Grow(subtask, result.Growth, now);
        }
        else if (stop is not null)
        {
            // Code that was asked to stop ends in all sorts of exceptions, or with additions that come too late; what it stopped for is the cancellation.
            subtasks.Cancel(subtask, attempt, now);
        }
        else if (isBroken && context.State.Stop is null && budget.NotStarting is null && limits.MayBegin(subtask, now))
        {
            context.Record(new RunFact(RunFactKind.AttemptFailed, now, subtask, attempt, detail: 1, new AttemptRetry(result.Error!, now)));
            parts.Wait(subtask);
        }
        else
        {
            Failed(subtask, attempt, result, now, commands);
        }

        parts.Return(subtask);
        return result.Error is null && stop?.Limit is null;
    }

    /// <summary>
    /// The code of an attempt that is no longer waited for has returned: what it held is free again, and what it used counts, though its result does not.
    /// </summary>
    /// <returns>Whether it held anything.</returns>
    public bool ReturnedLate(int subtask, int attempt, TaskUsage? usage, long now)
    {
        if (context.State.IsOutrun(subtask, attempt))
        {
            End(subtask, attempt, usage, now, out _);
            context.Record(new RunFact(RunFactKind.AttemptDropped, now, subtask, attempt));
            return true;
        }

        if (!stops.Return(subtask, attempt) || context.State.IsEnded)
        {
            return false;
        }

        if (usage is not null)
        {
            budget.Count(usage);
            context.Record(new RunFact(RunFactKind.UsageCounted, now, subtask, attempt, payload: usage));
        }

        return true;
    }

    /// <summary>It is time to look at an attempt that the run waits for: a limit may have come, or the end of the grace period of code that was asked to stop.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lastProgress">When the attempt last reported something, in UTC ticks; 0 for never.</param>
    /// <param name="mayRetry">Whether running out of time is worth another attempt.</param>
    /// <param name="now">When.</param>
    /// <param name="commands">What to do.</param>
    /// <returns>Whether the attempt was abandoned.</returns>
    public bool Due(int subtask, int attempt, long lastProgress, bool mayRetry, long now, HostCommands commands)
    {
        if (stops.TryGet(subtask, attempt, out AttemptStop stop))
        {
            if (now < stop.AbandonAt)
            {
                commands.WakeAttemptAt(subtask, attempt, stop.AbandonAt);
                return false;
            }

            Abandon(subtask, attempt, stop, now, commands);
            return true;
        }

        (TimeLimit limit, long at) = limits.Next(subtask, attempt, lastProgress);
        if (now < at)
        {
            commands.WakeAttemptAt(subtask, attempt, at);
            return false;
        }

        context.Record(new RunFact(RunFactKind.AttemptTimedOut, now, subtask, attempt, (byte)limit));
        stops.Begin(subtask, attempt, limit, mayRetry, now, commands);
        return false;
    }

    /// <summary>The pause before another attempt is over.</summary>
    /// <returns>Whether the subtask was waiting for that.</returns>
    public bool RetryDue(int subtask, long now)
    {
        if (!context.Waits.End(subtask, WaitReason.Retry))
        {
            return false;
        }

        if (limits.MayBegin(subtask, now))
        {
            context.Waits.Enqueue(subtask);
        }
        else
        {
            // The time over all attempts has ended in the pause: the clock may go further than it was asked to.
            subtasks.FailWork(subtask, context.State.AttemptOf(subtask), context.State.LatestErrorOf(subtask)!, now);
        }

        return true;
    }

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        switch (fact.Kind)
        {
            case RunFactKind.AttemptStarted:
                _retries?.Remove(fact.Subtask);
                break;
            case RunFactKind.AttemptFailed:
                (_retries ??= [])[fact.Subtask] = ((AttemptRetry)fact.Payload!).RetryAt;
                break;
        }
    }

    /// <summary>All facts have been applied: a ready subtask that has failed waits for its next attempt.</summary>
    /// <returns>Whether it has failed before.</returns>
    public bool ResumeRetry(int subtask, HostCommands commands)
    {
        if (_retries is null || !_retries.TryGetValue(subtask, out long retryAt))
        {
            return false;
        }

        context.Waits.Begin(subtask, WaitReason.Retry);
        commands.WakeRetryAt(subtask, retryAt);
        return true;
    }

    /// <summary>
    /// All facts have been applied: an attempt whose process has ended is over. What it used is not known, so it counts as what it was expected to use: a
    /// restart refills no budget. Answers of a batch endpoint count when they are taken, and until then what is reserved for them is kept.
    /// </summary>
    public void EndInterrupted(int subtask, long now, HostCommands commands)
    {
        int attempt = context.State.RunningAttemptOf(subtask);
        if (context.State.BesideOf(subtask, attempt) is > 0 and var other)
        {
            if (stops.Contains(subtask, attempt) && !stops.Contains(subtask, other))
            {
                // The time of one was up; what becomes of the subtask is up to the other.
                (attempt, other) = (other, attempt);
            }

            DropInterrupted(subtask, other, now);
        }

        Deferrals? waiting = context.Deferrals?.HasWaited(subtask) == true && context.State.Stop is null && !stops.Contains(subtask, attempt) ? context.Deferrals : null;
        TaskUsage? used = waiting?.WasAnswered(subtask) == true ? null : UnknownUsageOf(subtask);
        AttemptStop? stop = End(subtask, attempt, used, now, out _, isDeferred: waiting is not null);
        if (context.State.EarlyOf(subtask) is { } early)
        {
            limits.Forget(subtask, attempt);
            gates.EndInterrupted(subtask, early, now);
        }
        else if (context.State.Stop is not null || stop is { IsCancelled: true })
        {
            subtasks.Cancel(subtask, attempt, now);
        }
        else if (stop?.Limit is { } limit)
        {
            bool mayRetry = limit != TimeLimit.Subtask && context.Graph.Policies[subtask].Retry.MayRetry(new TimeoutException());
            Failed(subtask, attempt, new AttemptResult { Error = limits.ErrorOf(subtask, limit), MayRetry = mayRetry }, now, commands);
        }
        else
        {
            context.Record(new RunFact(RunFactKind.AttemptInterrupted, now, subtask, attempt));
            if (context.Deferrals?.Resume(subtask, now, commands) != true)
            {
                context.Consequences.Ready.Enqueue(subtask);
            }
        }
    }

    /// <summary>All facts have been applied: an attempt that ran beside another, or though another has succeeded, is over with its process.</summary>
    public void DropInterrupted(int subtask, int attempt, long now)
    {
        AttemptStop? stop = End(subtask, attempt, UnknownUsageOf(subtask), now, out _);
        SubtaskError? error = stop is { Limit: { } limit, IsCancelled: false } ? limits.ErrorOf(subtask, limit) : null;
        context.Record(new RunFact(RunFactKind.AttemptDropped, now, subtask, attempt, payload: error));
    }

    /// <summary>All subtasks are resumed.</summary>
    public void EndReplay() => _retries = null;

    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="usage">What it used.</param>
    /// <param name="now">When.</param>
    /// <param name="isLastOfBatch">Whether nobody else of its batch runs; so it is when it is in none.</param>
    /// <param name="isDeferred">Whether its work is done elsewhere, and still reserved.</param>
    /// <returns>Why the attempt had been asked to stop, if it had.</returns>
    private AttemptStop? End(int subtask, int attempt, TaskUsage? usage, long now, out bool isLastOfBatch, bool isDeferred = false)
    {
        limits.End(subtask, attempt);
        isLastOfBatch = batches.End(subtask);
        if (isDeferred)
        {
            budget.Suspend(subtask, usage);
        }
        else
        {
            budget.Settle(subtask, attempt, usage);
        }

        if (usage is not null)
        {
            context.Record(new RunFact(RunFactKind.UsageCounted, now, subtask, attempt, payload: usage));
        }

        return stops.End(subtask, attempt);
    }

    private void EndEarly(int subtask, EarlyAttempt early, AttemptStop? stop, in AttemptResult result, long now)
    {
        limits.Forget(subtask, early.Attempt);
        gates.End(subtask, early, stop, stop?.Limit is { } limit ? new AttemptResult { Error = limits.ErrorOf(subtask, limit) } : result, now);
    }

    /// <summary>
    /// The code of one of two attempts of a subtask has returned. With an output it ends the subtask, and the other is asked to stop; else nothing has happened to
    /// the subtask, because the other still runs.
    /// </summary>
    private bool ReturnedBeside(int subtask, int attempt, int other, in AttemptResult result, AttemptStop? stop, long now, HostCommands commands)
    {
        if (result.Error is not null || stop is { IsCancelled: true } or { Limit: not null } || (result.Growth is not null && !MayGrow(subtask)))
        {
            SubtaskError? error = stop is null ? result.Error : stop is { Limit: { } limit, IsCancelled: false } ? limits.ErrorOf(subtask, limit) : null;
            context.Record(new RunFact(RunFactKind.AttemptDropped, now, subtask, attempt, payload: error));
            return false;
        }

        if (result.Growth is not null)
        {
            subtasks.Separate(subtask);
        }

        subtasks.Succeed(subtask, attempt, result.Output, OutputOrigin.Executed, now);
        context.Grow(subtask, result.Growth, now);
        stops.BeginUnlessAsked(subtask, other, now, commands);
        return true;
    }

    /// <summary>What an attempt used whose process has ended before it could report it; <see langword="null"/> for nothing.</summary>
    private TaskUsage? UnknownUsageOf(int subtask) => context.Graph.Policies[subtask].ExpectedUsage is var expected && expected == TaskUsage.None ? null : expected;

    private void Failed(int subtask, int attempt, in AttemptResult result, long now, HostCommands commands)
    {
        AttemptPolicy policy = context.Graph.Policies[subtask];
        int counted = context.State.AttemptOf(subtask) - parts.UncountedOf(subtask) - context.State.HedgesOf(subtask) - (context.State.Early?.WasDropped(subtask) == true ? 1 : 0) - (context.Deferrals?.UncountedOf(subtask) ?? 0);
        TimeSpan pause = result.RetryAfter ?? RetryBackoff.PauseAfter(policy.Retry, seed, subtask, counted);
        long retryAt = now + Math.Clamp(pause.Ticks, 0, RetryBackoff.Longest.Ticks);
        bool hasAttempts = result.MayRetry && counted < policy.MaxAttempts && limits.MayBegin(subtask, retryAt);
        if (hasAttempts && context.State.Stop is null && budget.NotStarting is null)
        {
            context.Record(new RunFact(RunFactKind.AttemptFailed, now, subtask, attempt, payload: new AttemptRetry(result.Error!, retryAt)));
            context.Waits.Begin(subtask, WaitReason.Retry);
            commands.WakeRetryAt(subtask, retryAt);
        }
        else if (hasAttempts)
        {
            // It is not the work that has failed for good: the run stops, or its budget allows no other attempt.
            subtasks.Fail(subtask, attempt, result.Error!, now);
        }
        else
        {
            subtasks.FailWork(subtask, attempt, result.Error!, now);
        }
    }

    /// <summary>Code that was asked to stop does not: the run continues without it. It keeps what it holds until it returns.</summary>
    private void Abandon(int subtask, int attempt, AttemptStop stop, long now, HostCommands commands)
    {
        bool decides = context.State.IsCurrent(subtask, attempt) && context.State.BesideOf(subtask, attempt) == 0;
        long? needlessUntil = context.State.IsOutrun(subtask, attempt) ? limits.Next(subtask, attempt, lastProgress: now).At : null;
        if (needlessUntil is < long.MaxValue)
        {
            commands.WakeRunAt(needlessUntil);
        }

        End(subtask, attempt, usage: null, now, out bool isLastOfBatch);
        context.Record(new RunFact(RunFactKind.AttemptAbandoned, now, subtask, attempt));
        stops.Abandon(subtask, attempt, holdsLease: isLastOfBatch, needlessUntil);
        parts.Return(subtask);
        if (context.State.EarlyOf(subtask) is { } early)
        {
            EndEarly(subtask, early, stop, new AttemptResult(), now);
        }
        else if (!decides)
        {
            SubtaskError? error = stop is { Limit: { } passed, IsCancelled: false } ? limits.ErrorOf(subtask, passed) : null;
            context.Record(new RunFact(RunFactKind.AttemptDropped, now, subtask, attempt, payload: error));
        }
        else if (stop is { Limit: { } limit, IsCancelled: false })
        {
            // Another attempt may run beside this one only if neither changes anything outside, and not beside too many.
            bool mayRetry = limit != TimeLimit.Subtask
                && context.Graph.Policies[subtask].ChangesNothing
                && stops.AbandonedForRetries <= context.Options.MaxAbandoned
                && stop.MayRetry;
            Failed(subtask, attempt, new AttemptResult { Error = limits.ErrorOf(subtask, limit), MayRetry = mayRetry }, now, commands);
        }
        else
        {
            subtasks.Cancel(subtask, attempt, now);
        }
    }

    /// <summary>
    /// Whether what a subtask adds can still join the run. If not, it has not succeeded, so that a run that starts from this one repeats it; unless it is
    /// compensated, and therefore not reused.
    /// </summary>
    private bool MayGrow(int subtask) =>
        context.State.Stop is null || (context.Options.FailurePolicy == FailurePolicy.Compensate && context.Graph.TaskTypes[subtask].IsCompensable);
}
