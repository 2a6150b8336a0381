using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

/// <summary>Explains what a subtask waits for, from what every executor and every ledger shows. It costs something only when it is asked.</summary>
/// <param name="runs">All runs of this process.</param>
/// <param name="resources">The ledger.</param>
/// <param name="maxParallelismTotal">How many attempts of all runs run at a time; <see langword="null"/> for no limit.</param>
/// <param name="limits">What the built-in executor has left of limits, whichever run holds them; <see langword="null"/> when that is not known.</param>
/// <param name="observed">How long task types took.</param>
/// <param name="now">When it is.</param>
internal sealed class WaitExplainer(IReadOnlyList<ExplainedRun> runs, IResourceManager resources, int? maxParallelismTotal, AttemptLimiter? limits, IObservedDurations observed, DateTimeOffset now)
{
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    public WaitExplanation Explain(ExplainedRun run, string subtaskId)
    {
        ArgumentNullException.ThrowIfNull(subtaskId);
        SubtaskSnapshot subtask = run.Snapshot.Subtasks.FirstOrDefault(subtask => subtask.Subtask.Id == subtaskId)
            ?? throw new ArgumentException($"The run has no subtask '{subtaskId}'.", nameof(subtaskId));
        AwaitedSubtask[] dependencies = subtask.State == SubtaskState.Pending || subtask.IsEarly ? OpenBefore(run, subtask) : [];
        AwaitedPool[] pools = subtask.State == SubtaskState.Ready ? [.. LackingPools(run, subtask)] : [];
        AwaitedPool[] places = subtask.State == SubtaskState.Ready ? [.. LackingPlaces(run)] : [];
        WaitKind kind = KindOf(run, subtask, pools, places);
        return new WaitExplanation(run.Snapshot.RunId, subtaskId, subtask.State)
        {
            Kind = kind,
            Attempts = subtask.Attempts,
            Attempt = subtask.State == SubtaskState.Running ? subtask.RunningAttempt : null,
            StartedEarly = subtask.IsEarly && subtask.State == SubtaskState.Running,
            HeldSince = subtask.Extra?.HeldSince,
            HedgedSince = subtask is { State: SubtaskState.Running, RunningAttempts: > 1 } ? subtask.AttemptIntervals[^1].StartedAt : null,
            Since = subtask.EndedAt ?? (subtask.State == SubtaskState.Running ? subtask.RunningSince : subtask.AttemptIntervals is [.., var last] ? last.EndedAt : null),
            Remaining = kind switch
            {
                WaitKind.Running => RemainingOf(subtask),
                WaitKind.Retry => subtask.RetryAt - now,
                WaitKind.SharedPrompt or WaitKind.Batch => subtask.HeldUntil - now,
                WaitKind.DeferredCalls => subtask.DeferredUntil - now,
                _ => null,
            },
            Dependencies = dependencies,
            Approval = subtask.PendingApproval,
            Pools = kind == WaitKind.Resources ? pools : kind == WaitKind.Parallelism ? places : [],
            Flight = kind == WaitKind.Flight ? subtask.Flight : null,
            PauseReason = kind == WaitKind.Pause ? run.Snapshot.PauseReason : null,
            ExhaustedBudget = kind == WaitKind.Budget ? run.Snapshot.ExhaustedBudget : null,
        };
    }

    private WaitKind KindOf(ExplainedRun run, SubtaskSnapshot subtask, AwaitedPool[] pools, AwaitedPool[] places) => subtask.State switch
    {
        SubtaskState.Running => WaitKind.Running,
        SubtaskState.Pending => WaitKind.Dependencies,
        SubtaskState.AwaitingApproval => WaitKind.Approval,
        not SubtaskState.Ready => WaitKind.Ended,
        _ when subtask.RetryAt > now => WaitKind.Retry,
        _ when subtask.DeferredUntil > now => WaitKind.DeferredCalls,
        _ when run.Snapshot.PausedSince is not null => WaitKind.Pause,
        _ when run.Snapshot.ExhaustedBudget is not null => WaitKind.Budget,
        _ when IsWaitingFor(subtask.Flight) => WaitKind.Flight,
        _ when IsPlanOpen(run.Snapshot) && run.ChangesSomething(subtask) => WaitKind.Plan,
        _ when subtask is { HeldFor: HoldReason.SharedPrompt } && subtask.HeldUntil > now => WaitKind.SharedPrompt,
        _ when pools.Length > 0 => WaitKind.Resources,
        _ when places.Length > 0 => WaitKind.Parallelism,
        _ when subtask is { HeldFor: HoldReason.Batch } && subtask.HeldUntil > now => WaitKind.Batch,
        _ => WaitKind.Turn,
    };

    /// <summary>No event says that the wait is over; it is when the other attempt has ended.</summary>
    private bool IsWaitingFor(FlightJoined? flight) => flight is not null && runs.Any(run => run.Snapshot.RunId == flight.OwnerRunId
        && run.Running.Any(running => running.Subtask.Id == flight.OwnerSubtaskId));

    /// <summary>A plan is without subtasks as long as it is being written.</summary>
    private static bool IsPlanOpen(RunSnapshot run) => run.PlanCompletedAt is null && run.Plan.Subtasks.Count == 0 && run.Subtasks.Count > 0;

    private static AwaitedSubtask[] OpenBefore(ExplainedRun run, SubtaskSnapshot subtask)
    {
        HashSet<string> before = [.. subtask.Subtask.DependsOn, .. subtask.Subtask.OptionalDependsOn, .. subtask.Parts, .. subtask.Awaited.SelectMany(group => group)];
        return [.. run.Snapshot.Subtasks.Where(other => other.EndedAt is null && before.Contains(other.Subtask.Id)).Select(other => new AwaitedSubtask(other.Subtask.Id, other.State))];
    }

    private IEnumerable<AwaitedPool> LackingPools(ExplainedRun run, SubtaskSnapshot subtask)
    {
        foreach (ResourceAmount need in run.NeedsOf(subtask).Amounts)
        {
            PoolHolder[] holders = Holders(need.Name);
            bool isLimit = ConcurrencyLimit.IsLimit(need.Name);
            long capacity = isLimit ? ConcurrencyLimit.CapacityOf(need.Name) : resources.GetCapacity(need.Name) ?? 0;
            long free = isLimit ? LeastOf(capacity - holders.Sum(holder => holder.Amount), limits?.FreeOf(need.Name)) : resources.GetFree(need.Name) ?? 0;
            if (free < need.Amount)
            {
                yield return new AwaitedPool(isLimit ? ConcurrencyLimit.Describe(need.Name) : need.Name, need.Amount, free, capacity, holders)
                {
                    PausedFor = isLimit ? TimeSpan.Zero : PauseOf(need.Name),
                };
            }
        }
    }

    private TimeSpan PauseOf(string pool)
    {
        foreach (ResourcePoolSnapshot known in resources.Snapshot())
        {
            if (known.Name == pool)
            {
                return known.PausedFor;
            }
        }

        return TimeSpan.Zero;
    }

    private IEnumerable<AwaitedPool> LackingPlaces(ExplainedRun run)
    {
        PoolHolder[] own = [.. Ordered(run.Holding.Select(subtask => HolderOf(run, subtask, 1)))];
        if (own.Sum(holder => holder.Amount) is var busy && busy >= run.Options.MaxParallelism)
        {
            yield return new AwaitedPool(nameof(run.Options.MaxParallelism), 1, run.Options.MaxParallelism - busy, run.Options.MaxParallelism, own);
        }

        PoolHolder[] all = [.. Ordered(runs.SelectMany(other => other.Holding.Select(subtask => HolderOf(other, subtask, 1))))];
        if (maxParallelismTotal is { } total && LeastOf(total - all.Sum(holder => holder.Amount), limits?.FreeAttempts) is var free and < 1)
        {
            yield return new AwaitedPool("MaxParallelismTotal", 1, free, total, all);
        }
    }

    /// <summary>Runs show what is running; abandoned code holds its limits until it returns.</summary>
    private static long LeastOf(long byRuns, long? byLimits) => Math.Min(byRuns, byLimits ?? long.MaxValue);

    private PoolHolder[] Holders(string pool) => [.. Ordered(
        from run in runs
        from subtask in run.Holding
        from need in run.NeedsOf(subtask).Amounts
        where need.Name == pool
        select HolderOf(run, subtask, need.Amount))];

    private static IEnumerable<PoolHolder> Ordered(IEnumerable<PoolHolder> holders) => holders.OrderBy(holder => holder.Since);

    private PoolHolder HolderOf(ExplainedRun run, SubtaskSnapshot subtask, long amount) =>
        new(run.Snapshot.RunId, subtask.Subtask.Id, amount * subtask.RunningAttempts, subtask.RunningSince!.Value, subtask.State == SubtaskState.Running ? RemainingOf(subtask) : null);

    private TimeSpan? RemainingOf(SubtaskSnapshot subtask) => observed.Expect(subtask.Subtask) is { } expected
        ? TimeSpan.FromTicks(Math.Max(0, (subtask.RunningSince!.Value + expected - now).Ticks))
        : null;
}
