using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>Folds events into a snapshot.</summary>
internal sealed class RunSnapshotBuilder
{
    private readonly RunStarted _started;
    private readonly List<SubtaskSnapshot> _subtasks;
    private readonly Dictionary<string, int> _indices;
    private FoldedAdditions? _additions;
    private StopRequested? _stop;
    private RunPaused? _paused;
    private BudgetLimit? _exhausted;
    private RunEnded? _ended;
    private PlanCompleted? _completed;
    private DateTimeOffset? _interruptedAt;
    private int _interruptions;

    public RunSnapshotBuilder(RunStarted started)
    {
        _started = started;
        _subtasks = new List<SubtaskSnapshot>(started.Plan.Subtasks.Count);
        _indices = new Dictionary<string, int>(started.Plan.Subtasks.Count, StringComparer.Ordinal);
        Add(started.Plan.Subtasks);
    }

    public DateTimeOffset StartedAt => _started.Time;

    public SubtaskSnapshot Get(string subtaskId) => _subtasks[_indices[subtaskId]];

    public void Apply(RunEvent next)
    {
        switch (next)
        {
            case SubtaskEvent fact:
                int index = _indices[fact.SubtaskId];
                if (fact is AttemptInterrupted && _interruptedAt != fact.Time)
                {
                    // All attempts that one end of a process has interrupted are reported at one moment.
                    (_interruptedAt, _interruptions) = (fact.Time, _interruptions + 1);
                }

                _subtasks[index] = Apply(_subtasks[index], fact);
                if (fact is SubtasksAdded added)
                {
                    Add(added.Subtasks);
                    (_additions ??= new FoldedAdditions()).Apply(added, id => Get(id).Subtask);
                }

                break;
            case PlanExtended extended:
                Add(extended.Subtasks);
                break;
            case PlanCompleted completed:
                _completed = completed;
                break;
            case RunPaused paused:
                _paused = paused;
                break;
            case RunContinued:
                _paused = null;
                break;
            case StopRequested stop:
                _stop = stop;
                break;
            case BudgetExhausted budget:
                _exhausted = budget.Limit;
                break;
            case BudgetExtended:
                _exhausted = null;
                break;
            case RunEnded ended:
                _ended = ended;
                break;
        }
    }

    public RunSnapshot Build()
    {
        Dictionary<string, IReadOnlyList<string>[]>? awaited = _additions?.Build();
        HashSet<IReadOnlyList<string>> ended = awaited is null ? [] : [.. awaited.Values.SelectMany(groups => groups).Distinct().Where(group => group.All(HasEnded))];
        return new RunSnapshot(_started.RunId, _completed?.Plan ?? _started.Plan, [.. _subtasks.Select(WithReadiness)])
        {
            StartedAt = _started.Time,
            StopReason = _stop?.Reason,
            DeadlineOf = _stop?.DeadlineOf,
            ExhaustedBudget = _exhausted,
            PausedSince = _ended is null ? _paused?.Time : null,
            PauseReason = _ended is null ? _paused?.Reason : null,
            Outcome = _ended?.Outcome,
            EndedAt = _ended?.Time,
            PlanCompletedAt = _completed?.Time,
        };

        // That a subtask has become ready is no event, because it follows from others.
        SubtaskSnapshot WithReadiness(SubtaskSnapshot subtask)
        {
            int survived = subtask.State == SubtaskState.Succeeded ? _interruptions - subtask.SurvivedInterruptions : 0;
            subtask = survived == subtask.SurvivedInterruptions ? subtask : subtask with { SurvivedInterruptions = survived };
            subtask = awaited?.TryGetValue(subtask.Subtask.Id, out IReadOnlyList<string>[]? groups) == true ? subtask with { Awaited = groups } : subtask;
            return subtask.State == SubtaskState.Pending
                && subtask.Subtask.DependsOn.All(HasSucceeded)
                && subtask.Subtask.OptionalDependsOn.Concat(subtask.Parts).All(HasEnded)
                && subtask.Awaited.All(ended.Contains)
                    ? subtask with { State = SubtaskState.Ready }
                    : subtask;
        }
    }

    private void Add(IReadOnlyList<Subtask> subtasks)
    {
        foreach (Subtask subtask in subtasks)
        {
            _indices.Add(subtask.Id, _subtasks.Count);
            _subtasks.Add(new SubtaskSnapshot(subtask, SubtaskState.Pending));
        }
    }

    private bool HasSucceeded(string id) => Get(id).State == SubtaskState.Succeeded;

    private bool HasEnded(string id) => Get(id).EndedAt is not null;

    private SubtaskSnapshot Apply(SubtaskSnapshot subtask, SubtaskEvent fact) => fact switch
    {
        SubtasksAdded { IsJoined: true } added => subtask with { Parts = [.. added.Subtasks.Select(part => part.Id)], StartedAt = subtask.StartedAt ?? fact.Time },
        ApprovalRequested question => subtask with { State = SubtaskState.AwaitingApproval, PendingApproval = question },
        ApprovalDecided => subtask with { State = SubtaskState.Ready, PendingApproval = null },
        StartHeld held => subtask with { HeldUntil = held.Until, HeldFor = held.Reason },
        AttemptStarted { HedgeOf: { } original } hedge => subtask with
        {
            AttemptIntervals = AttemptIntervals.Add(subtask.AttemptIntervals, new AttemptInterval(fact.Time, null) { HedgeOf = original }),
            LatestUsage = null,
            Extra = ExtraOf(subtask) with { Hedges = [.. subtask.Hedges, new HedgedPair(original, hedge.Attempt)] },
        },
        AttemptStarted started => subtask with
        {
            State = SubtaskState.Running,
            Extra = started.IsEarly ? ExtraOf(subtask) with { StartedEarly = true, EarlyAttempt = started.Attempt } : subtask.Extra,
            AttemptIntervals = AttemptIntervals.Add(subtask.AttemptIntervals, new AttemptInterval(fact.Time, null)),
            Progress = null,
            LatestUsage = null,
            Flight = null,
            RetryAt = null,
            HeldUntil = null,
            DeferredUntil = null,
            StartedAt = subtask.StartedAt ?? fact.Time,
            IsDegraded = subtask.Attempts == 0 ? subtask.Subtask.OptionalDependsOn.Any(id => !HasSucceeded(id)) : subtask.IsDegraded,
        },
        AttemptAbandoned => subtask with { Abandoned = true },
        AttemptInterrupted when subtask.IsEarly => Drop(subtask, fact),
        AttemptInterrupted => EndAttempt(subtask, fact) with { State = SubtaskState.Ready },
        AttemptConfirmed => subtask with { Extra = ExtraOf(subtask) with { StartedEarly = false, EarlyAttempt = 0 } },
        OutputHeld => EndAttempt(subtask, fact) with { State = SubtaskState.Pending, Extra = ExtraOf(subtask) with { HeldSince = fact.Time }, SurvivedInterruptions = _interruptions },
        OutputDropped => Drop(subtask, fact),
        AttemptFailed failed => EndAttempt(subtask, fact) with { State = SubtaskState.Ready, Error = failed.Error, RetryAt = failed.RetryAt },
        AttemptDeferred deferred => EndAttempt(subtask, fact) with { State = SubtaskState.Ready, DeferredUntil = deferred.Until },
        AttemptDropped dropped => subtask with
        {
            AttemptIntervals = AttemptIntervals.End(subtask.AttemptIntervals, dropped.Attempt, fact.Time),
            Extra = subtask.Extra?.WithPair(dropped.Attempt, pair => pair with { IsOver = true, HasOriginalFailed = dropped.Error is not null && dropped.Attempt == pair.Original }),
        },
        ProgressReported progress => subtask with { Progress = progress.Fraction },
        UsageCounted { IsUnused: true } unused => subtask with { Usage = subtask.Usage.Add(unused.Usage), UnusedUsage = subtask.UnusedUsage.Add(unused.Usage) },
        UsageCounted counted => subtask with
        {
            Usage = subtask.Usage.Add(counted.Usage),
            LatestUsage = counted.Attempt == subtask.Attempts ? (subtask.LatestUsage ?? TaskUsage.None).Add(counted.Usage) : subtask.LatestUsage,
            Extra = subtask.Extra?.With(counted.Attempt, counted.Usage),
        },
        FlightJoined flight => subtask with { Flight = flight },
        WorkAvoided avoided => subtask with { Avoided = avoided },
        SubtaskSucceeded succeeded => WithMaking(End(subtask, SubtaskState.Succeeded, fact), succeeded) with
        {
            Output = succeeded.Output,
            Origin = succeeded.Origin,
            Error = succeeded.Error,
            StartedAt = subtask.StartedAt ?? fact.Time,
        },
        SubtaskFailed failed => End(subtask, SubtaskState.Failed, fact) with { Error = failed.Error, SharedWith = failed.SharedWith },
        SubtaskSkipped skipped => End(subtask, SubtaskState.Skipped, fact) with { SkippedBecauseOf = skipped.Cause, SkipReason = skipped.Reason },
        SubtaskCancelled => End(subtask, SubtaskState.Cancelled, fact),
        CompensationStarted => subtask with { Compensation = CompensationState.Running },
        CompensationFailed failed => subtask with
        {
            Compensation = failed.RetryAt is null ? CompensationState.Failed : CompensationState.Running,
            CompensationError = failed.Error,
        },
        SubtaskCompensated => subtask with { Compensation = CompensationState.Succeeded, CompensationError = null },
        _ => subtask,
    };

    /// <summary>A subtask with what is recorded of the making of its output.</summary>
    private SubtaskSnapshot WithMaking(SubtaskSnapshot subtask, SubtaskSucceeded succeeded)
    {
        (TaskUsage? usage, TimeSpan? duration) = succeeded.Origin switch
        {
            OutputOrigin.Executed when PairOf(subtask, succeeded.Attempt) is { } pair =>
                (pair.UsageOf(succeeded.Attempt) ?? TaskUsage.None, subtask.AttemptIntervals[succeeded.Attempt - 1].Duration),
            OutputOrigin.Executed when succeeded.Attempt > 0 => (subtask.LatestUsage ?? TaskUsage.None, subtask.AttemptIntervals is [.., var last] ? last.Duration : null),
            OutputOrigin.Shared when succeeded.SharedWith is { } worker && _indices.ContainsKey(worker) => (Get(worker).OutputUsage, Get(worker).OutputDuration),
            OutputOrigin.Cached or OutputOrigin.Reused or OutputOrigin.Flight => (subtask.Avoided?.Usage, subtask.Avoided?.Duration),
            _ => ((TaskUsage?)null, (TimeSpan?)null),
        };

        // What happened before is subtracted when the snapshot is made.
        return subtask with
        {
            OutputUsage = usage,
            OutputDuration = duration,
            SharedWith = succeeded.SharedWith,
            SurvivedInterruptions = subtask.IsEarly ? subtask.SurvivedInterruptions : _interruptions,
            Flight = null,
            Extra = subtask.Extra?.WithPair(succeeded.Attempt, pair => pair with { IsOver = true, HasHedgeWon = succeeded.Attempt == pair.Hedge && succeeded.Error is null }) is { } extra ? extra with { StartedEarly = false } : null,
        };
    }

    private static HedgedPair? PairOf(SubtaskSnapshot subtask, int attempt) => subtask.Hedges.Count == 0 ? null : subtask.Hedges.FirstOrDefault(pair => pair.Contains(attempt));

    private static ExtraAttempts ExtraOf(SubtaskSnapshot subtask) => subtask.Extra ?? ExtraAttempts.None;

    /// <summary>An attempt that started early has come to nothing. What it used may become known later.</summary>
    private static SubtaskSnapshot Drop(SubtaskSnapshot subtask, SubtaskEvent fact) => EndAttempt(subtask, fact) with
    {
        State = SubtaskState.Pending,
        SurvivedInterruptions = 0,
        Extra = ExtraOf(subtask) with { StartedEarly = false, HeldSince = null, IsEarlyDropped = true, DroppedUsage = ExtraOf(subtask).EarlyUsage },
    };

    private static SubtaskSnapshot End(SubtaskSnapshot subtask, SubtaskState state, SubtaskEvent fact) => EndAttempt(subtask, fact) with
    {
        State = state,
        EndedAt = fact.Time,
        EndedSequence = fact.Sequence,
        PendingApproval = null,
        Extra = subtask.Extra is { HeldSince: not null } held ? held with { HeldSince = null } : subtask.Extra,
    };

    /// <summary>The running attempt ends, or both do that run. Where one of two has given the output, the other runs until it is dropped.</summary>
    private static SubtaskSnapshot EndAttempt(SubtaskSnapshot subtask, SubtaskEvent fact)
    {
        IReadOnlyList<AttemptInterval> spans = subtask.AttemptIntervals;
        bool isRepeated = fact is AttemptInterrupted or AttemptDeferred or AttemptFailed { IsBatchBroken: true };
        if (subtask.Hedges.Count > 0)
        {
            return subtask with { AttemptIntervals = AttemptIntervals.End(spans, fact is SubtaskSucceeded { Attempt: var winner } ? winner : 0, fact.Time, isRepeated) };
        }

        return spans.Count == 0 || spans[^1].EndedAt is not null
            ? subtask
            : subtask with { AttemptIntervals = AttemptIntervals.WithLast(spans, spans[^1] with { EndedAt = fact.Time, IsRepeated = isRepeated }) };
    }
}
