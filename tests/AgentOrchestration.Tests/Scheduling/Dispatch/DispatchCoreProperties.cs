using System.Globalization;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>What holds in every run, whatever happens in whatever order. CsCheck prints the seed of a failure.</summary>
public sealed class DispatchCoreProperties
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void Whatever_happens_the_promises_hold() => Seeds.Sample(seed => Hold(seed), iter: Simulations.Of(100_000));

    [Fact]
    public void The_same_seed_gives_the_same_events() =>
        Seeds.Sample(
            seed => Assert.Equal(new AdversarialRun(seed).Play().Select(Describe), new AdversarialRun(seed).Play().Select(Describe)),
            iter: Simulations.Of(10_000));

    /// <summary>Else the properties would say nothing of batches.</summary>
    [Fact]
    public void Many_of_the_runs_have_batches_and_some_of_them_break()
    {
        int batched = 0;
        int broken = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            var run = new AdversarialRun(seed, mayHedge: false);
            broken += run.Play().Count(next => next is AttemptFailed { IsBatchBroken: true });
            batched += run.BatchedAttempts;
        }

        Assert.True(batched > 50 && broken > 5, $"{batched} attempts were in batches, {broken} of which failed with theirs.");
    }

    /// <summary>Else the properties would say nothing of early starts.</summary>
    [Fact]
    public void Many_of_the_runs_start_work_early_and_it_comes_to_every_end()
    {
        int[] ends = new int[4];
        for (int seed = 0; seed < 4_000; seed++)
        {
            foreach (RunEvent next in new AdversarialRun(seed, mayDefer: false).Play())
            {
                ends[0] += next is AttemptConfirmed ? 1 : 0;
                ends[1] += next is OutputHeld ? 1 : 0;
                ends[2] += next is OutputDropped ? 1 : 0;
                ends[3] += next is AttemptAbandoned ? 1 : 0;
            }
        }

        Assert.All(ends, end => Assert.True(end > 20, string.Join(' ', ends)));
    }

    /// <summary>Else the properties would say nothing of calls that are deferred.</summary>
    [Fact]
    public void Many_of_the_runs_have_attempts_that_wait_for_answers()
    {
        int deferred = 0;
        long unused = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            var run = new AdversarialRun(seed, mayHedge: false);
            run.Play();
            deferred += run.DeferredAttempts;
            unused += run.UnusedTokens;
        }

        Assert.True(deferred > 50 && unused > 500, $"{deferred} attempts were deferred, and {unused} tokens of answers were taken by nobody.");
    }

    /// <summary>Else the properties would say nothing of second attempts.</summary>
    [Fact]
    public void Many_of_the_runs_have_second_attempts_of_which_some_win()
    {
        int started = 0;
        int won = 0;
        int dropped = 0;
        for (int seed = 0; seed < 1_500; seed++)
        {
            IReadOnlyList<RunEvent> events = new AdversarialRun(seed).Play();
            HashSet<(string, int)> hedges = [.. events.OfType<AttemptStarted>().Where(start => start.HedgeOf is not null).Select(start => (start.SubtaskId, start.Attempt))];
            started += hedges.Count;
            won += events.OfType<SubtaskSucceeded>().Count(succeeded => hedges.Contains((succeeded.SubtaskId, succeeded.Attempt)));
            dropped += events.OfType<AttemptDropped>().Count(drop => hedges.Contains((drop.SubtaskId, drop.Attempt)));
        }

        Assert.True(started > 30 && won > 10 && dropped > 10, $"{started} second attempts, {won} of which won and {dropped} were dropped.");
    }

    [Fact]
    public void While_a_run_is_paused_nothing_starts_and_all_else_holds() => Seeds.Sample(
        seed =>
        {
            var run = new AdversarialRun(seed, mayPause: true);
            IReadOnlyList<RunEvent> events = run.Play();
            bool isPaused = false;
            foreach (RunEvent next in events)
            {
                Assert.False(isPaused && next is AttemptStarted, $"{next} while the run is paused.");
                isPaused = next is RunPaused || (isPaused && next is not RunContinued);
            }

            Hold(run, events);
        },
        iter: Simulations.Of(5_000));

    /// <summary>Seeds whose graphs once got a cycle: what was added depends on what ended before something in front of it did, or before what it waited for.</summary>
    [Theory]
    [InlineData(1015663)]
    [InlineData(5079358)]
    [InlineData(37259273)]
    [InlineData(640575548)]
    [InlineData(1367649938)]
    public void What_once_went_wrong_does_not_again(int seed) => Hold(seed, mayFallBack: false);

    /// <summary>
    /// Seeds where something went wrong that has a test of its own since: an addition did not wait for what its dependency had added; a subtask with paid answers waited for
    /// an identical one that was skipped; what was added depended on a subtask that had been cancelled while it waited for the end of these additions.
    /// </summary>
    [Theory]
    [InlineData(727861634)]
    [InlineData(893096799)]
    [InlineData(808863917)]
    public void What_went_wrong_later_does_not_again(int seed) => Hold(seed);

    /// <summary>Shows what happens in the run of ORCHESTRATION_SEED, the number that a failure prints.</summary>
    [Fact(Explicit = true)]
    public void Replay()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ORCHESTRATION_SEED") ?? "0", CultureInfo.InvariantCulture);
        var run = new AdversarialRun(seed) { Trace = TestContext.Current.TestOutputHelper!.WriteLine };
        run.Play();
        Hold(seed);
    }

    private static void Hold(int seed, bool mayFallBack = true)
    {
        var run = new AdversarialRun(seed, mayFallBack, mayBatch: mayFallBack, mayHedge: mayFallBack);
        Hold(run, run.Play());
    }

    private static void Hold(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        EndsOnce(run, events);
        Assert.All(run.Pools, pool => Assert.Equal(0, pool.InUse));
        StateIsTheFold(run, events);
        StartsFollowDependencies(run, events);
        AttemptsStayWithinLimits(run, events);
        AnswersAreCountedOnce(run, events);
        NothingStartsAfterAStop(events);
        NothingStartsWhenTimeIsOver(run, events);
        SkipsHaveACause(run, events);
        ApprovalsComeFirst(run, events);
        OnlyHarmlessWorkIsShared(run, events);
        NoWorkThatAddsIsShared(events);
        UndoneInReverse(run, events);
        FallbacksComeLast(run, events);
        WholesEndAsTheirPartsDo(run, events);
        AdditionsAreAwaited(run, events);
        NoWaitIsInACircle(run);
        EarlyStartsAreFew(run, events);
        SecondAttemptsKeepToTheirRules(run, events);
    }

    /// <summary>At no moment are more attempts early, and have not come to use, than their share of all; the first is always allowed.</summary>
    private static void EarlyStartsAreFew(AdversarialRun run, IReadOnlyList<RunEvent> events)
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
    private static void SecondAttemptsKeepToTheirRules(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static int AttemptOf(SubtaskEvent next) => next switch
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

    private static void NoWaitIsInACircle(AdversarialRun run)
    {
        GrowingGraph graph = run.Graph;
        int[] before = [.. Enumerable.Range(0, graph.Count).Select(subtask => WaitsNoMore(run, subtask) ? graph.Dependencies[subtask].Length + graph.PartsOf(subtask).Count() : graph.Before(subtask).Count())];
        Queue<int> next = new(Enumerable.Range(0, graph.Count).Where(subtask => before[subtask] == 0));
        int reached = 0;
        for (; next.TryDequeue(out int subtask); reached++)
        {
            foreach (int successor in Successors(run, subtask))
            {
                if (--before[successor] == 0)
                {
                    next.Enqueue(successor);
                }
            }
        }

        Assert.Equal(graph.Count, reached);
    }

    private static int[] Successors(AdversarialRun run, int subtask) =>
    [
        .. run.Graph.PlannedSuccessors(subtask), .. run.Graph.AddedSuccessors(subtask) ?? [],
        .. run.Graph.Ends.WaitersFor(subtask).Select(waiter => waiter.Subtask).Distinct().Where(waiter => !WaitsNoMore(run, waiter)),
    ];

    /// <summary>Whether a subtask has ended without having begun: it has not waited to the end.</summary>
    private static bool WaitsNoMore(AdversarialRun run, int subtask) =>
        run.Core.State.StateOf(subtask) is SubtaskState.Skipped or SubtaskState.Cancelled && run.Core.State.AttemptOf(subtask) == 0;

    private static void EndsOnce(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void StateIsTheFold(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void StartsFollowDependencies(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void AttemptsStayWithinLimits(AdversarialRun run, IReadOnlyList<RunEvent> events)
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
    private static void AnswersAreCountedOnce(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Assert.Empty(run.Answers);
        Assert.Equal(run.UnusedTokens, events.OfType<UsageCounted>().Where(usage => usage.IsUnused).Sum(usage => usage.Usage.Tokens));
    }

    private static void NothingStartsAfterAStop(IReadOnlyList<RunEvent> events)
    {
        Assert.True(events.Count(next => next is StopRequested) <= 1);
        Assert.DoesNotContain(events.SkipWhile(next => next is not StopRequested), next => next is AttemptStarted or SubtasksAdded or ApprovalRequested);
    }

    /// <summary>The timers of the adversary come late, and in any order.</summary>
    private static void NothingStartsWhenTimeIsOver(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void SkipsHaveACause(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void ApprovalsComeFirst(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void OnlyHarmlessWorkIsShared(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        foreach (SubtaskSucceeded shared in events.OfType<SubtaskSucceeded>().Where(next => next.Origin is not (OutputOrigin.Executed or OutputOrigin.Fallback)))
        {
            Assert.True(run.Graph.TaskTypes[run.Graph.IndexOf(shared.SubtaskId)!.Value].MayShare);
        }
    }

    private static void NoWorkThatAddsIsShared(IReadOnlyList<RunEvent> events)
    {
        HashSet<string> adding = [.. events.OfType<SubtasksAdded>().Where(added => !added.IsJoined).Select(added => added.SubtaskId)];
        Assert.All(events.OfType<SubtaskSucceeded>().Where(next => next.SharedWith is not null), shared => Assert.DoesNotContain(shared.SharedWith!, adding));
    }

    /// <summary>A fallback is taken by work that has failed for good, and by nothing else; work that has failed for good takes it if there is one.</summary>
    private static void FallbacksComeLast(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    private static void UndoneInReverse(AdversarialRun run, IReadOnlyList<RunEvent> events)
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

    /// <summary>
    /// A subtask that is made of others ends after them, except where the run stops or somebody cancels it. An item that may fail is no failure, one
    /// that may not is never hidden, and a condition within a plan skips nothing of the plan but what it guards.
    /// </summary>
    private static void WholesEndAsTheirPartsDo(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Dictionary<string, SubtasksAdded> wholes = events.OfType<SubtasksAdded>().Where(added => added.IsJoined).ToDictionary(added => added.SubtaskId);
        HashSet<string> ended = [];
        bool isStopped = false;
        foreach (RunEvent next in events)
        {
            isStopped |= next is StopRequested;
            if (next is not SubtaskEvent fact || !IsEnd(fact))
            {
                continue;
            }

            ended.Add(fact.SubtaskId);
            if (!wholes.TryGetValue(fact.SubtaskId, out SubtasksAdded? whole) || whole.Sequence > fact.Sequence)
            {
                continue;
            }

            if (!isStopped && fact is not SubtaskCancelled)
            {
                Assert.All(whole.Subtasks, part => Assert.True(ended.Contains(part.Id), $"{fact.SubtaskId} ended before its part {part.Id}."));
            }

            Subtask subtask = run.Graph.SubtaskAt(run.Graph.IndexOf(fact.SubtaskId)!.Value);
            int failed = whole.Subtasks.Count(part => run.Core.State.StateOf(run.Graph.IndexOf(part.Id)!.Value) == SubtaskState.Failed);
            switch (fact)
            {
                case SubtaskSkipped skipped:
                    Assert.False(skipped.Reason == SkipReason.Failed && skipped.Cause.StartsWith($"{fact.SubtaskId}/", StringComparison.Ordinal), $"{fact.SubtaskId} hides the error of {skipped.Cause}.");
                    Assert.NotEqual(SkipReason.Condition, skipped.Reason);
                    break;
                case SubtaskFailed { Error.Kind: "ItemsFailed" }:
                    Assert.True(subtask.IsForEach && failed > 0);
                    break;
                case SubtaskFailed { Error.Kind: "PartsFailed" } inner:
                    Assert.Equal(SubtaskState.Failed, run.Core.State.StateOf(run.Graph.IndexOf(inner.Error.Message.Split('\'')[1])!.Value));
                    break;
                case SubtaskSucceeded when subtask.IsForEach:
                    Assert.True(failed <= subtask.OnItemFailure.MaxFailures, $"{failed} items of {fact.SubtaskId} have failed, and it succeeded.");
                    break;
            }
        }
    }

    /// <summary>
    /// What waits for everything that its dependencies add starts after all of it, except what comes after it itself. The ids say what comes from
    /// what.
    /// </summary>
    private static void AdditionsAreAwaited(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        HashSet<string> open = [];
        foreach (RunEvent next in events)
        {
            switch (next)
            {
                case SubtasksAdded added:
                    open.UnionWith(added.Subtasks.Select(subtask => subtask.Id));
                    break;
                case AttemptStarted { Attempt: 1, IsEarly: false }:
                case AttemptConfirmed:
                    AssertAwaited(run, run.Graph.IndexOf(((SubtaskEvent)next).SubtaskId)!.Value, open);
                    break;
                case SubtaskEvent fact when IsEnd(fact):
                    open.Remove(fact.SubtaskId);
                    break;
            }
        }
    }

    private static void AssertAwaited(AdversarialRun run, int subtask, HashSet<string> open)
    {
        Subtask waiter = run.Graph.SubtaskAt(subtask);
        bool isPart = run.Graph.Additions.With(subtask) is { IsJoined: true };
        if (isPart || !(waiter.WaitsForAdded ?? run.Graph.TaskTypes[subtask].Effect is TaskEffect.Write or TaskEffect.Irreversible))
        {
            return;
        }

        foreach (string dependency in waiter.DependsOn.Concat(waiter.OptionalDependsOn).Where(id => !waiter.Id.StartsWith($"{id}/", StringComparison.Ordinal)))
        {
            foreach (string added in open.Where(id => id.StartsWith($"{dependency}/", StringComparison.Ordinal) && id != waiter.Id))
            {
                // What somebody has cancelled ends at once, its parts when their code has returned.
                Assert.True(IsOfCancelled(run, added) || ComesAfter(run.Graph, run.Graph.IndexOf(added)!.Value, subtask), $"{waiter.Id} started before {added}, which {dependency} has added.");
            }
        }
    }

    private static bool IsOfCancelled(AdversarialRun run, string id)
    {
        for (int slash = id.LastIndexOf('/'); slash > 0; slash = id.LastIndexOf('/'))
        {
            id = id[..slash];
            if (run.Core.State.StateOf(run.Graph.IndexOf(id)!.Value) == SubtaskState.Cancelled)
            {
                return true;
            }
        }

        return false;
    }

    private static bool ComesAfter(GrowingGraph graph, int subtask, int earlier)
    {
        HashSet<int> seen = [subtask];
        Stack<int> up = new(seen);
        while (up.TryPop(out int next))
        {
            if (next == earlier)
            {
                return true;
            }

            IEnumerable<int> before = graph.Dependencies[next].Concat(graph.AwaitedBy(next)).Concat(graph.PartsOf(next));
            before = graph.Additions.With(next) is { Parent: >= 0 and var parent } ? before.Concat(graph.Dependencies[parent]).Concat(graph.AwaitedBy(parent)) : before;
            foreach (int other in before.Where(seen.Add))
            {
                up.Push(other);
            }
        }

        return false;
    }

    private static bool IsUndoable(GrowingGraph graph, string id) => graph.TaskTypes[graph.IndexOf(id)!.Value].IsCompensable;

    private static bool IsEnd(SubtaskEvent next) => next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled;

    private static string Describe(RunEvent next) => next switch
    {
        RunStarted => "started",
        SubtasksAdded added => $"{added.Sequence} {added.SubtaskId} added {string.Join(',', added.Subtasks.Select(subtask => subtask.Id))}",
        _ => $"{next}",
    };
}
