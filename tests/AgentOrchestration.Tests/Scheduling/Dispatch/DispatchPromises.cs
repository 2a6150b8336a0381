using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>What a run keeps to, whatever happens, by its events.</summary>
internal static class DispatchPromises
{
    /// <summary>At no moment are more attempts early, and have not come to use, than their share of all; the first is always allowed.</summary>
    public static void EarlyStartsAreFew(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        int started = 0;
        HashSet<string> unproven = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            switch (next)
            {
                case AttemptStarted { IsEarly: var isEarly }:
                    started++;
                    Assert.True(!isEarly || unproven.Add(next.SubtaskId));
                    Assert.True(!isEarly || unproven.Count <= Math.Max(1, run.Options.Extra.EarlyShare * started), $"{unproven.Count} of {started} attempts are early.");
                    break;
                case AttemptConfirmed or SubtaskSucceeded { Origin: OutputOrigin.Executed, Attempt: 1 }:
                    unproven.Remove(next.SubtaskId);
                    break;
            }
        }
    }

    /// <summary>Only harmless work has two attempts at a time, at most two, never more than the share of all, and each attempt ends once.</summary>
    public static void SecondAttemptsKeepToTheirRules(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        int attempts = 0;
        int hedges = 0;
        HashSet<(string, int)> going = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            switch (next)
            {
                case AttemptStarted { HedgeOf: { } original } hedge:
                    Assert.True(run.Graph.Policies[run.Graph.IndexOf(next.SubtaskId)!.Value].ChangesNothing, "Work that changes something has two attempts.");
                    Assert.True(++hedges <= run.Options.Extra.HedgeShare * attempts, $"{hedges} second attempts of {attempts}.");
                    Assert.Contains((next.SubtaskId, original), going);
                    Assert.Equal(1, going.Count(attempt => attempt.Item1 == next.SubtaskId));
                    Assert.True(going.Add((next.SubtaskId, hedge.Attempt)));
                    break;
                case AttemptStarted started:
                    attempts++;
                    Assert.DoesNotContain(going, attempt => attempt.Item1 == next.SubtaskId);
                    going.Add((next.SubtaskId, started.Attempt));
                    break;
                case AttemptFailed or AttemptInterrupted or AttemptDropped or AttemptDeferred or SubtaskSucceeded { Attempt: > 0 } or SubtaskFailed { Attempt: > 0 } or SubtaskCancelled { Attempt: > 0 }:
                    going.Remove((next.SubtaskId, AttemptOf(next)));
                    break;
                case OutputHeld or OutputDropped or SubtaskSkipped:
                    // The attempt was an early one.
                    going.Remove((next.SubtaskId, 1));
                    break;
            }
        }

        Assert.Empty(going);
    }

    public static int AttemptOf(SubtaskEvent next) => next switch
    {
        AttemptFailed failed => failed.Attempt,
        AttemptInterrupted interrupted => interrupted.Attempt,
        AttemptDropped dropped => dropped.Attempt,
        AttemptDeferred deferred => deferred.Attempt,
        SubtaskSucceeded succeeded => succeeded.Attempt,
        SubtaskFailed failed => failed.Attempt,
        SubtaskCancelled cancelled => cancelled.Attempt,
        _ => 0,
    };

    public static void EndsOnce(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Assert.IsType<RunStarted>(events[0]);
        Assert.IsType<RunEnded>(events[^1]);
        Assert.Single(events, next => next is RunEnded);
        HashSet<string> ended = [];
        foreach (SubtaskEvent end in events.OfType<SubtaskEvent>().Where(IsEnd))
        {
            Assert.True(ended.Add(end.SubtaskId), $"{end.SubtaskId} ended twice.");
        }

        Assert.Equal(run.Graph.Count, ended.Count);
        Assert.DoesNotContain(events.OfType<SubtaskFailed>(), failed => failed.Error.Kind == "RunStalled");
    }

    public static void StateIsTheFold(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        RunSnapshot fold = RunSnapshot.Fold(events);
        Assert.Equal(run.Core.State.Outcome, fold.Outcome);
        Assert.Equal(run.Graph.Count, fold.Subtasks.Count);
        for (int i = 0; i < fold.Subtasks.Count; i++)
        {
            Assert.Equal(run.Core.State.StateOf(i), fold.Subtasks[i].State);
            Assert.Equal(run.Core.State.AttemptOf(i), fold.Subtasks[i].Attempts);
        }
    }

    public static void StartsFollowDependencies(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Dictionary<string, SubtaskState> ends = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            int subtask = run.Graph.IndexOf(next.SubtaskId)!.Value;
            if (next is AttemptStarted { IsEarly: true })
            {
                Assert.True(run.Graph.Policies[subtask] is { ChangesNothing: true, RequiresApproval: false, Batch: null });
                Assert.False(run.Graph.SubtaskAt(subtask).IsComposite);
            }
            else if (next is AttemptStarted or AttemptConfirmed or SubtaskSucceeded { Origin: OutputOrigin.Executed, Attempt: > 0 })
            {
                foreach (int dependency in run.Graph.Dependencies[subtask])
                {
                    Assert.True(ends.TryGetValue(run.Graph.SubtaskAt(dependency).Id, out SubtaskState end), "A subtask started before its dependency ended.");
                    Assert.True(end == SubtaskState.Succeeded || run.Graph.IsOptional(dependency, subtask), "A subtask started although what it needs did not succeed.");
                }
            }

            if (IsEnd(next))
            {
                ends.Add(next.SubtaskId, next is SubtaskSucceeded ? SubtaskState.Succeeded : SubtaskState.Failed);
            }
        }
    }

    public static void AttemptsStayWithinLimits(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        ILookup<string, SubtaskEvent> uncounted = events.OfType<SubtaskEvent>().Where(next => next is AttemptFailed { IsBatchBroken: true } or AttemptDeferred).ToLookup(next => next.SubtaskId);
        ILookup<string, OutputDropped> dropped = events.OfType<OutputDropped>().ToLookup(drop => drop.SubtaskId);
        Assert.All(run.Starts, starts => Assert.InRange(starts.Value, 1, AdversarialWorld.MaxAttempts + run.Core.State.HedgesOf(starts.Key) + uncounted[run.Graph.SubtaskAt(starts.Key).Id].Count() + dropped[run.Graph.SubtaskAt(starts.Key).Id].Count()));
        if (run.Options.Budget is { MaxAttempts: { } most } && !events.Any(next => next is BudgetExtended))
        {
            Assert.True(events.Count(next => next is AttemptStarted) - events.Count(next => next is AttemptDeferred) <= most, "More attempts started than the budget allows.");
        }
    }

    /// <summary>Each answer is counted once: with the attempt whose code has taken it, or as unused before the run ends.</summary>
    public static void AnswersAreCountedOnce(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Assert.Empty(run.Answers);
        Assert.Equal(run.UnusedTokens, events.OfType<UsageCounted>().Where(usage => usage.IsUnused).Sum(usage => usage.Usage.Tokens));
    }

    public static void NothingStartsAfterAStop(IReadOnlyList<RunEvent> events)
    {
        Assert.True(events.Count(next => next is StopRequested) <= 1);
        Assert.DoesNotContain(events.SkipWhile(next => next is not StopRequested), next => next is AttemptStarted or SubtasksAdded or ApprovalRequested);
    }

    /// <summary>The timers of the adversary come late, and in any order.</summary>
    public static void NothingStartsWhenTimeIsOver(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        DateTimeOffset start = events[0].Time;
        RunBudget? budget = run.Options.Budget;
        HashSet<string> deferred = [];
        foreach (RunEvent next in events)
        {
            if (next is AttemptDeferred waiting)
            {
                deferred.Add(waiting.SubtaskId);
            }

            budget = next is BudgetExtended extended ? extended.Budget : budget;
            if (next is AttemptStarted started)
            {
                Assert.False(next.Time >= start + run.Options.Timeout, $"{next} after the run's time.");

                // To a budget it has run all the time.
                Assert.False(!deferred.Remove(started.SubtaskId) && next.Time >= start + budget?.MaxTime, $"{next} after the time of the run's budget.");
            }
        }
    }

    public static void SkipsHaveACause(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        foreach (SubtaskSkipped skipped in events.OfType<SubtaskSkipped>())
        {
            SubtaskState cause = run.Core.State.StateOf(run.Graph.IndexOf(skipped.Cause)!.Value);
            SubtaskState[] expected = skipped.Reason switch
            {
                SkipReason.Failed or SkipReason.RunStopped => [SubtaskState.Failed],
                SkipReason.Cancelled => [SubtaskState.Cancelled],
                _ => [SubtaskState.Skipped],
            };
            Assert.Contains(cause, expected);
        }
    }

    public static void ApprovalsComeFirst(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        HashSet<string> approved = [];
        HashSet<string> asked = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            switch (next)
            {
                case ApprovalRequested:
                    Assert.True(asked.Add(next.SubtaskId), "Somebody was asked twice.");
                    break;
                case ApprovalDecided { IsApproved: true }:
                    Assert.True(approved.Add(next.SubtaskId));
                    break;
                case AttemptStarted when run.Graph.Policies[run.Graph.IndexOf(next.SubtaskId)!.Value].RequiresApproval:
                    Assert.Contains(next.SubtaskId, approved);
                    break;
            }
        }
    }

    public static void OnlyHarmlessWorkIsShared(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        foreach (SubtaskSucceeded shared in events.OfType<SubtaskSucceeded>().Where(next => next.Origin is not (OutputOrigin.Executed or OutputOrigin.Fallback)))
        {
            Assert.True(run.Graph.TaskTypes[run.Graph.IndexOf(shared.SubtaskId)!.Value].MayShare);
        }
    }

    public static void NoWorkThatAddsIsShared(IReadOnlyList<RunEvent> events)
    {
        HashSet<string> adding = [.. events.OfType<SubtasksAdded>().Where(added => !added.IsJoined).Select(added => added.SubtaskId)];
        Assert.All(events.OfType<SubtaskSucceeded>().Where(next => next.SharedWith is not null), shared => Assert.DoesNotContain(shared.SharedWith!, adding));
    }

    /// <summary>A fallback is taken by work that has failed for good, and by nothing else; work that has failed for good takes it if there is one.</summary>
    public static void FallbacksComeLast(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        HashSet<string> rejected = [];
        HashSet<(string, int)> timedOut = [];
        HashSet<string> taken = [];
        bool isCut = false;
        foreach (RunEvent next in events)
        {
            isCut |= next is StopRequested or BudgetExhausted;
            switch (next)
            {
                case ApprovalDecided { IsApproved: false } decided:
                    rejected.Add(decided.SubtaskId);
                    break;
                case AttemptTimedOut late:
                    timedOut.Add((late.SubtaskId, late.Attempt));
                    break;
                case SubtaskSucceeded { Origin: not OutputOrigin.Fallback, SharedWith: { } worker }:
                    Assert.DoesNotContain(worker, taken);
                    break;
                case SubtaskSucceeded { Origin: OutputOrigin.Fallback } fallback:
                    Assert.DoesNotContain(events.TakeWhile(before => before != next), before => before is StopRequested);
                    int subtask = run.Graph.IndexOf(fallback.SubtaskId)!.Value;
                    Assert.NotNull(run.Graph.Policies[subtask].Fallback);
                    Assert.False(run.Graph.SubtaskAt(subtask).IsComposite);
                    Assert.DoesNotContain(fallback.SubtaskId, rejected);
                    Assert.Equal(("fallback", true), (fallback.Output, fallback.Error is not null));
                    Assert.False(
                        fallback.Attempt > 0
                        && run.Core.State.AttemptOf(subtask) - run.Core.State.HedgesOf(subtask) - events.Count(failed => failed is AttemptFailed { IsBatchBroken: true } or OutputDropped && ((SubtaskEvent)failed).SubtaskId == fallback.SubtaskId) < AdversarialWorld.MaxAttempts
                        && run.Retryable.Contains((subtask, fallback.Attempt))
                        && !timedOut.Contains((fallback.SubtaskId, fallback.Attempt))
                        && run.Graph.Policies[subtask].TotalTimeout is null,
                        $"{fallback.SubtaskId} took its fallback though another attempt was left.");
                    taken.Add(fallback.SubtaskId);
                    break;
                case SubtaskFailed { Error.Kind: "Broken" or nameof(TimeoutException) } failed when !isCut:
                    int lost = run.Graph.IndexOf(failed.SubtaskId)!.Value;
                    Assert.True(run.Graph.Policies[lost].Fallback is null || run.Graph.SubtaskAt(lost).IsComposite, $"{failed.SubtaskId} failed though it has a fallback.");
                    break;
            }
        }
    }

    public static void UndoneInReverse(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        string[] undone = [.. events.OfType<CompensationStarted>().Where(started => started.Attempt == 1).Select(started => started.SubtaskId)];
        string[] expected = run.Options.FailurePolicy == FailurePolicy.Compensate && run.Core.State.Outcome != RunOutcome.Succeeded
            ? [.. events.OfType<SubtaskSucceeded>().Where(done => done is { Attempt: > 0, Origin: not OutputOrigin.Fallback } && IsUndoable(run.Graph, done.SubtaskId)).Select(done => done.SubtaskId).Reverse()]
            : [];
        Assert.Equal(expected, undone);
        foreach (string id in undone)
        {
            Assert.Contains(run.Core.State.CompensationOf(run.Graph.IndexOf(id)!.Value), new[] { CompensationState.Succeeded, CompensationState.Failed });
            Assert.True(events.OfType<SubtaskCompensated>().Count(next => next.SubtaskId == id) <= 1, "Undone twice.");
        }
    }

    public static bool IsUndoable(GrowingGraph graph, string id) => graph.TaskTypes[graph.IndexOf(id)!.Value].IsCompensable;
    public static bool IsEnd(SubtaskEvent next) => next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled;
}
