using System.Globalization;
using AgentOrchestration.Runs.Events;
using CsCheck;
using static AgentOrchestration.Tests.Scheduling.Dispatch.DispatchPromises;
using static AgentOrchestration.Tests.Scheduling.Dispatch.GrowthPromises;

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
    /// an identical one that was skipped; what was added depended on a subtask that had been cancelled while it waited for the end of these additions; what was
    /// added came after a waiter that was skipped later, which the promise itself did not know.
    /// </summary>
    [Theory]
    [InlineData(727861634)]
    [InlineData(893096799)]
    [InlineData(808863917)]
    [InlineData(221235916)]
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

    private static string Describe(RunEvent next) => next switch
    {
        RunStarted => "started",
        SubtasksAdded added => $"{added.Sequence} {added.SubtaskId} added {string.Join(',', added.Subtasks.Select(subtask => subtask.Id))}",
        _ => $"{next}",
    };
}
