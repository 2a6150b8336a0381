using System.Globalization;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

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

    /// <summary>Shows what happens in the run of ORCHESTRATION_SEED, the number that a failure prints.</summary>
    [Fact(Explicit = true)]
    public void Replay()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ORCHESTRATION_SEED") ?? "0", CultureInfo.InvariantCulture);
        var run = new AdversarialRun(seed) { Trace = TestContext.Current.TestOutputHelper!.WriteLine };
        run.Play();
        Hold(seed);
    }

    private static void Hold(int seed)
    {
        var run = new AdversarialRun(seed);
        IReadOnlyList<RunEvent> events = run.Play();

        EndsOnce(run, events);
        Assert.All(run.Pools, pool => Assert.Equal(0, pool.InUse));
        StateIsTheFold(run, events);
        StartsFollowDependencies(run, events);
        AttemptsStayWithinLimits(run, events);
        NothingStartsAfterAStop(events);
        SkipsHaveACause(run, events);
        ApprovalsComeFirst(run, events);
        OnlyHarmlessWorkIsShared(run, events);
        UndoneInReverse(run, events);
    }

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
            if (next is AttemptStarted)
            {
                int subtask = run.Graph.IndexOf(next.SubtaskId)!.Value;
                foreach (int dependency in run.Graph.Dependencies[subtask])
                {
                    Assert.True(ends.TryGetValue(run.Graph.SubtaskAt(dependency).Id, out SubtaskState end), "A subtask started before its dependency ended.");
                    Assert.True(end == SubtaskState.Succeeded || run.Graph.IsOptional(dependency, subtask), "A subtask started although what it needs did not succeed.");
                }
            }
            else if (IsEnd(next))
            {
                ends.Add(next.SubtaskId, next is SubtaskSucceeded ? SubtaskState.Succeeded : SubtaskState.Failed);
            }
        }
    }

    private static void AttemptsStayWithinLimits(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        Assert.All(run.Starts.Values, starts => Assert.InRange(starts, 1, AdversarialWorld.MaxAttempts));
        if (run.Options.Budget is { MaxAttempts: { } most } && !events.Any(next => next is BudgetExtended))
        {
            Assert.True(events.Count(next => next is AttemptStarted) <= most, "More attempts started than the budget allows.");
        }
    }

    private static void NothingStartsAfterAStop(IReadOnlyList<RunEvent> events)
    {
        Assert.True(events.Count(next => next is StopRequested) <= 1);
        Assert.DoesNotContain(events.SkipWhile(next => next is not StopRequested), next => next is AttemptStarted or SubtasksAdded or ApprovalRequested);
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
        foreach (SubtaskSucceeded shared in events.OfType<SubtaskSucceeded>().Where(next => next.Origin != OutputOrigin.Executed))
        {
            Assert.True(run.Graph.TaskTypes[run.Graph.IndexOf(shared.SubtaskId)!.Value].MayShare);
        }
    }

    private static void UndoneInReverse(AdversarialRun run, IReadOnlyList<RunEvent> events)
    {
        string[] undone = [.. events.OfType<CompensationStarted>().Where(started => started.Attempt == 1).Select(started => started.SubtaskId)];
        string[] expected = run.Options.FailurePolicy == FailurePolicy.Compensate && run.Core.State.Outcome != RunOutcome.Succeeded
            ? [.. events.OfType<SubtaskSucceeded>().Where(done => done.Attempt > 0 && IsUndoable(run.Graph, done.SubtaskId)).Select(done => done.SubtaskId).Reverse()]
            : [];
        Assert.Equal(expected, undone);
        foreach (string id in undone)
        {
            Assert.Contains(run.Core.State.CompensationOf(run.Graph.IndexOf(id)!.Value), new[] { CompensationState.Succeeded, CompensationState.Failed });
            Assert.True(events.OfType<SubtaskCompensated>().Count(next => next.SubtaskId == id) <= 1, "Undone twice.");
        }
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
