using System.Globalization;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Results;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling.Early;

/// <summary>A run in which work starts early ends as it would without, wherever a gate closes, an attempt fails or a process dies.</summary>
public sealed class EarlyStartProperties
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void States_and_outputs_are_those_of_the_run_without_early_starts() => Seeds.Sample(
        seed =>
        {
            var world = new EarlyWorld(seed);
            var plain = new EarlySimulation(world, share: 0, seed);
            IReadOnlyList<RunEvent> plainEvents = plain.Play();
            Assert.DoesNotContain(plainEvents, next => next is AttemptStarted { IsEarly: true } or OutputHeld or OutputDropped or AttemptConfirmed);
            foreach (double share in (double[])[0.01, 0.5, 1])
            {
                var early = new EarlySimulation(world, share, seed);
                IReadOnlyList<RunEvent> events = early.Play();

                Assert.Equal(Describe(plain), Describe(early));
                OnlyWhatChangesNothingStartsEarly(world.Graph, events);
                TimingRules.Check(events);
                SpentIsAccountedFor(plainEvents, events);
            }
        },
        iter: Simulations.Of(10_000));

    [Fact]
    public void A_plan_that_is_approved_later_ends_as_without_early_starts_and_one_that_is_not_has_done_nothing() => Seeds.Sample(
        seed =>
        {
            var world = new EarlyWorld(seed);
            var plain = new EarlySimulation(world, share: 0, seed);
            IReadOnlyList<RunEvent> plainEvents = plain.Play();
            var approved = new EarlySimulation(world, share: 1, seed) { IsApproved = true };
            IReadOnlyList<RunEvent> events = approved.Play();

            Assert.Equal(Describe(plain), Describe(approved));
            SpentIsAccountedFor(plainEvents, events);
            OnlyPureWorkStartsEarlyIn(world.Graph, events.TakeWhile(next => next is not PlanCompleted));

            IReadOnlyList<RunEvent> rejected = new EarlySimulation(world, share: 1, seed) { IsApproved = false }.Play();
            Assert.DoesNotContain(rejected, next => next is SubtaskSucceeded or SubtaskFailed);
            Assert.Equal(world.Graph.Count, rejected.Count(next => next is SubtaskCancelled or SubtaskSkipped));
            OnlyPureWorkStartsEarlyIn(world.Graph, rejected);
        },
        iter: Simulations.Of(5_000));

    [Fact]
    public void A_process_that_dies_at_any_moment_changes_nothing() => Seeds.Sample(
        seed =>
        {
            var world = new EarlyWorld(seed);
            var undisturbed = new EarlySimulation(world, share: 1, seed);
            undisturbed.Play();
            for (int step = 0; step < undisturbed.Steps; step++)
            {
                var crashed = new EarlySimulation(world, share: 1, seed, crashAfter: step);
                IReadOnlyList<RunEvent> events = crashed.Play();

                Assert.Equal(Describe(undisturbed), Describe(crashed));
                NoCommittedOutputIsMadeAgain(events);
            }
        },
        iter: Simulations.Of(1_000));

    [Fact]
    public void What_is_stopped_cancelled_or_out_of_time_ends_as_without_early_starts_also_when_its_process_dies() => Seeds.Sample(
        seed =>
        {
            var world = new EarlyWorld(seed, hasLimits: true);
            var run = new EarlySimulation(world, share: 1, seed) { HasStops = true };
            TimingRules.Check(run.Play());
            new PlainFates(run.State).Check();

            var crashed = new EarlySimulation(world, share: 1, seed, crashAfter: seed % (run.Steps + 1)) { HasStops = true };
            crashed.Play();
            new PlainFates(crashed.State).Check();
        },
        iter: Simulations.Of(10_000));

    /// <summary>Else the properties would say nothing of early starts.</summary>
    [Fact]
    public void Many_attempts_start_early_and_come_to_every_end()
    {
        int[] ends = new int[4];
        int early = 0;
        for (int seed = 0; seed < 1_000; seed++)
        {
            early += new EarlySimulation(new EarlyWorld(seed), share: 1, seed) { IsApproved = true }.Play().TakeWhile(next => next is not PlanCompleted).Count(next => next is OutputHeld);
            IReadOnlyList<RunEvent> events = new EarlySimulation(new EarlyWorld(seed), share: 1, seed).Play();
            ends[0] += events.Count(next => next is AttemptConfirmed);
            ends[1] += events.Count(next => next is OutputHeld);
            ends[2] += events.Count(next => next is OutputDropped { Error: null });
            ends[3] += events.Count(next => next is OutputDropped { Error: not null });
        }

        Assert.True(early > 100, $"{early} were held for an approval.");
        Assert.All(ends, end => Assert.True(end > 50, string.Join(' ', ends)));
    }

    /// <summary>Shows what happens in the run of ORCHESTRATION_SEED and ORCHESTRATION_STEP.</summary>
    [Fact(Explicit = true)]
    public void Replay()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("ORCHESTRATION_SEED") ?? "0", CultureInfo.InvariantCulture);
        int step = int.Parse(Environment.GetEnvironmentVariable("ORCHESTRATION_STEP") ?? "-1", CultureInfo.InvariantCulture);
        var world = new EarlyWorld(seed);
        foreach (Subtask subtask in world.Graph.Subtasks)
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"{subtask.Id} {subtask.TaskType} after {string.Join(' ', subtask.DependsOn)} optional {string.Join(' ', subtask.OptionalDependsOn)} when {subtask.Condition} {subtask.Arguments}");
        }

        foreach (double share in (double[])[0, 1])
        {
            var run = new EarlySimulation(world, share, seed, step);
            foreach (RunEvent next in run.Play().Skip(1))
            {
                TestContext.Current.TestOutputHelper!.WriteLine($"{next}");
            }
        }
    }

    private static string[] Describe(EarlySimulation run) =>
        [.. Enumerable.Range(0, run.State.Graph.Count).Select(subtask => $"{subtask} {run.State.StateOf(subtask)} {run.State.OutputOf(subtask)}"), $"{run.State.Outcome}"];

    private static void OnlyPureWorkStartsEarlyIn(TaskGraph graph, IEnumerable<RunEvent> events) => Assert.All(
        events.OfType<AttemptStarted>(),
        started => Assert.True(started.IsEarly && graph.GetTaskType(graph.Subtasks.Index().First(known => known.Item.Id == started.SubtaskId).Index).Effect == TaskEffect.Pure));

    private static void OnlyWhatChangesNothingStartsEarly(TaskGraph graph, IReadOnlyList<RunEvent> events)
    {
        HashSet<string> ended = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            if (next is AttemptStarted { IsEarly: true } early)
            {
                int subtask = graph.Subtasks.Index().First(known => known.Item.Id == early.SubtaskId).Index;
                Assert.False(graph.GetPolicy(subtask).RequiresApproval);
                Assert.True(graph.GetTaskType(subtask).Effect is TaskEffect.Pure or TaskEffect.Read);
                Assert.All(
                    graph.GetDependencies(subtask).Where(dependency => !ended.Contains(graph.Subtasks[dependency].Id)),
                    dependency => Assert.True(graph.GetTaskType(dependency).Effect is TaskEffect.Pure or TaskEffect.Read));
            }
            else if (next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled)
            {
                ended.Add(next.SubtaskId);
            }
        }
    }

    /// <summary>What was spent, less what was extra, is what the plain run spends.</summary>
    private static void SpentIsAccountedFor(IReadOnlyList<RunEvent> plain, IReadOnlyList<RunEvent> events)
    {
        RunSavings savings = RunSavings.Of(RunSnapshot.Fold(events), prices: null);

        Assert.Equal(RunSavings.Of(RunSnapshot.Fold(plain), prices: null).Spent, savings.Spent.Plus(savings.Net));
        Assert.Equal(events.Count(next => next is OutputDropped), savings.Extra.Sum(item => item.Subtasks));
    }

    private static void NoCommittedOutputIsMadeAgain(IReadOnlyList<RunEvent> events)
    {
        HashSet<string> made = [];
        foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
        {
            switch (next)
            {
                case OutputHeld or SubtaskSucceeded:
                    made.Add(next.SubtaskId);
                    break;
                case OutputDropped:
                    made.Remove(next.SubtaskId);
                    break;
                case AttemptStarted:
                    Assert.DoesNotContain(next.SubtaskId, made);
                    break;
            }
        }
    }
}
