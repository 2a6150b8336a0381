using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What holds in every run, whatever happens in whatever order. CsCheck prints the seed of a failure.</summary>
public sealed class DispatchCoreProperties
{
    private const int Runs = 20_000;

    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void Every_subtask_ends_exactly_once_and_every_run_ends_with_exactly_one_terminal_event() =>
        Seeds.Sample(
            seed =>
            {
                var run = new AdversarialRun(seed);
                IReadOnlyList<RunEvent> events = run.Play();

                Assert.IsType<RunStarted>(events[0]);
                Assert.IsType<RunEnded>(events[^1]);
                Assert.Single(events, next => next is RunEnded);
                string[] ends = [.. events.OfType<SubtaskEvent>().Where(next => next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled).Select(next => next.SubtaskId)];
                Assert.Equal(run.Graph.Subtasks.Select(subtask => subtask.Id).Order(), ends.Order());
                Assert.DoesNotContain(events.OfType<SubtaskFailed>(), failed => failed.Error.Kind == "RunStalled");
                Assert.All(run.Pools, pool => Assert.Equal(0, pool.InUse));
            },
            iter: Runs);

    [Fact]
    public void The_state_is_the_fold_of_the_events() =>
        Seeds.Sample(
            seed =>
            {
                var run = new AdversarialRun(seed);
                RunSnapshot fold = RunSnapshot.Fold(run.Play());

                Assert.Equal(run.Core.State.Outcome, fold.Outcome);
                Assert.Equal(Enumerable.Range(0, run.Graph.Count).Select(run.Core.State.StateOf), fold.Subtasks.Select(subtask => subtask.State));
            },
            iter: Runs / 4);

    [Fact]
    public void Skipped_means_that_a_subtask_it_depends_on_failed_and_failed_means_that_it_ran_or_that_its_twin_did() =>
        Seeds.Sample(
            seed =>
            {
                var run = new AdversarialRun(seed);
                RunSnapshot fold = RunSnapshot.Fold(run.Play());
                Dictionary<string, SubtaskSnapshot> byId = fold.Subtasks.ToDictionary(subtask => subtask.Subtask.Id);

                foreach (SubtaskSnapshot skipped in fold.Subtasks.Where(subtask => subtask.State == SubtaskState.Skipped))
                {
                    Assert.Equal(SubtaskState.Failed, byId[skipped.SkippedBecauseOf!].State);
                    Assert.True(DependsOn(byId, skipped, skipped.SkippedBecauseOf!));
                }

                Assert.All(
                    fold.Subtasks.Where(subtask => subtask.State == SubtaskState.Pending || subtask.State == SubtaskState.Ready),
                    _ => Assert.Fail("Left over."));
            },
            iter: Runs / 4);

    [Fact]
    public void Work_that_succeeded_is_never_started_again_and_retries_stay_within_their_number() =>
        Seeds.Sample(
            seed =>
            {
                var run = new AdversarialRun(seed);
                IReadOnlyList<RunEvent> events = run.Play();

                Assert.All(run.Starts.Values, starts => Assert.InRange(starts, 1, 3));
                HashSet<string> succeeded = [];
                foreach (SubtaskEvent next in events.OfType<SubtaskEvent>())
                {
                    Assert.False(next is AttemptStarted && succeeded.Contains(next.SubtaskId));
                    if (next is SubtaskSucceeded)
                    {
                        succeeded.Add(next.SubtaskId);
                    }
                }
            },
            iter: Runs / 4);

    [Fact]
    public void The_same_seed_gives_the_same_events() =>
        Seeds.Sample(
            seed => Assert.Equal(new AdversarialRun(seed).Play().Select(Describe), new AdversarialRun(seed).Play().Select(Describe)),
            iter: Runs / 4);

    [Fact]
    public void Only_outputs_of_task_types_that_change_nothing_are_shared() =>
        Seeds.Sample(
            seed =>
            {
                var run = new AdversarialRun(seed);
                foreach (SubtaskSucceeded shared in run.Play().OfType<SubtaskSucceeded>().Where(next => next.Origin != OutputOrigin.Executed))
                {
                    int subtask = Enumerable.Range(0, run.Graph.Count).Single(index => run.Graph.Subtasks[index].Id == shared.SubtaskId);
                    Assert.NotEqual(TaskEffect.Write, run.Graph.TaskTypes[subtask].Effect);
                    Assert.False(run.Starts.ContainsKey(subtask));
                }
            },
            iter: Runs / 4);

    private static string Describe(RunEvent next) => next is RunStarted ? "started" : $"{next}";

    private static bool DependsOn(Dictionary<string, SubtaskSnapshot> byId, SubtaskSnapshot subtask, string cause) =>
        subtask.Subtask.DependsOn.Any(id => id == cause || DependsOn(byId, byId[id], cause));
}
