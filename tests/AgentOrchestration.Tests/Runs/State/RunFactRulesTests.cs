using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.State;

/// <summary>Which facts a journal may hold where.</summary>
public sealed class RunFactRulesTests
{
    private const int Work = 0;
    private const int After = 1;
    private const int Other = 2;

    private readonly RunState _state = new(Graph());
    private readonly RunConsequences _consequences = new();

    [Fact]
    public void Every_fact_of_a_simulated_run_can_follow_those_before_it()
    {
        for (int seed = 0; seed < Simulations.Of(400); seed++)
        {
            bool mayHedge = seed % 2 == 1;
            var run = new AdversarialRun(seed / 2, mayHedge: mayHedge);
            run.Play();
            RunHistory history = run.Core.State.History;
            if (mayHedge && Enumerable.Range(0, history.Count).Any(index => history[index].Kind == RunFactKind.SubtasksAdded))
            {
                // What was added is counted in the graph of the run that it was added to.
                continue;
            }

            var state = new RunState(run.Graph.Origin);
            for (int i = 0; i < history.Count; i++)
            {
                Assert.Null(JournalKinds.WhyImpossible(state, history[i]));
                state.Apply(history[i], new RunConsequences());
            }
        }
    }

    [Fact]
    public void A_run_begins_with_its_start_which_comes_once()
    {
        Assert.Equal("A run begins with its start.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1)));
        Start();
        Assert.Equal("A run starts once.", Why(new RunFact(RunFactKind.RunStarted, 5)));
    }

    [Fact]
    public void Time_does_not_go_back()
    {
        Start();
        Assert.Equal("It is older than the one before it.", Why(new RunFact(RunFactKind.AttemptStarted, 4, Work, 1)));
    }

    [Fact]
    public void A_subtask_is_one_of_the_run()
    {
        Start();
        Assert.All([-1, 3], subtask => Assert.Equal($"The run has no subtask {subtask}.", Why(new RunFact(RunFactKind.AttemptStarted, 5, subtask, 1))));
    }

    [Fact]
    public void An_attempt_is_the_next_of_a_subtask_that_is_ready()
    {
        Start();
        Assert.Equal("Its latest attempt is 0.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 2)));
        Assert.Equal("The subtask is Pending.", Why(new RunFact(RunFactKind.AttemptStarted, 5, After, 1)));
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1));
        Assert.Equal("The subtask is Running.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 2)));
    }

    [Fact]
    public void Only_an_attempt_that_runs_is_late_abandoned_interrupted_or_fails()
    {
        Start();
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1));
        RunFactKind[] kinds = [RunFactKind.AttemptTimedOut, RunFactKind.AttemptAbandoned, RunFactKind.AttemptInterrupted, RunFactKind.AttemptFailed];

        Assert.All(kinds, kind => Assert.Null(Why(new RunFact(kind, 5, Work, 1))));
        Assert.All(kinds, kind => Assert.Equal("Attempt 2 of the subtask is not running.", Why(new RunFact(kind, 5, Work, 2))));
    }

    [Fact]
    public void A_second_attempt_starts_beside_one_that_runs_alone_and_one_of_both_is_dropped()
    {
        Start();
        Assert.Equal("Attempt 1 of the subtask is not running.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1, payload: new HedgeMark(1))));
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1));
        Assert.Equal("Attempt 1 of the subtask runs beside no other.", Why(new RunFact(RunFactKind.AttemptDropped, 5, Work, 1)));
        Assert.Equal("Its latest attempt is 1.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 3, payload: new HedgeMark(1))));
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 2, payload: new HedgeMark(1)));
        Assert.Equal("Attempt 2 runs beside it already.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 3, payload: new HedgeMark(1))));
        Assert.All([1, 2], attempt => Assert.Null(Why(new RunFact(RunFactKind.AttemptDropped, 5, Work, attempt))));

        Apply(new RunFact(RunFactKind.SubtaskSucceeded, 5, Work, 2));
        Assert.Equal("Attempt 2 of the subtask runs beside no other.", Why(new RunFact(RunFactKind.AttemptDropped, 5, Work, 2)));
        Assert.Null(Why(new RunFact(RunFactKind.AttemptAbandoned, 5, Work, 1)));
        Apply(new RunFact(RunFactKind.AttemptDropped, 5, Work, 1));
        Assert.Equal("Attempt 1 of the subtask runs beside no other.", Why(new RunFact(RunFactKind.AttemptDropped, 5, Work, 1)));
    }

    [Fact]
    public void When_one_of_two_attempts_is_dropped_the_other_decides()
    {
        Start();
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 1));
        Apply(new RunFact(RunFactKind.AttemptStarted, 5, Work, 2, payload: new HedgeMark(1)));
        Apply(new RunFact(RunFactKind.AttemptDropped, 5, Work, 2));

        Assert.Equal("Attempt 2 of the subtask is not running.", Why(new RunFact(RunFactKind.AttemptFailed, 5, Work, 2)));
        Apply(new RunFact(RunFactKind.AttemptFailed, 5, Work, 1, payload: new AttemptRetry(new SubtaskError("Broken", "It broke."), 5)));
        Assert.Equal("Its latest attempt is 2.", Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 2)));
        Assert.Null(Why(new RunFact(RunFactKind.AttemptStarted, 5, Work, 3)));
    }

    [Fact]
    public void Usage_and_ends_are_those_of_attempts_that_were()
    {
        Start();
        Assert.Equal("The subtask has had 0 attempts.", Why(new RunFact(RunFactKind.UsageCounted, 5, Work, 0)));
        Assert.All(
            [RunFactKind.UsageCounted, RunFactKind.SubtaskSucceeded, RunFactKind.SubtaskFailed, RunFactKind.SubtaskCancelled],
            kind => Assert.Equal("The subtask has had 0 attempts.", Why(new RunFact(kind, 5, Work, 1))));
    }

    [Fact]
    public void A_subtask_ends_once()
    {
        Start();
        Apply(new RunFact(RunFactKind.SubtaskFailed, 5, Work, payload: new SubtaskError("Broken", "It broke.")));

        Assert.All(
            [RunFactKind.SubtaskSucceeded, RunFactKind.SubtaskFailed, RunFactKind.SubtaskCancelled, RunFactKind.SubtaskCancelRequested],
            kind => Assert.Equal("The subtask is Failed.", Why(new RunFact(kind, 5, Work))));
        Assert.Equal("The subtask is Failed.", Why(new RunFact(RunFactKind.SubtaskSkipped, 5, Work, payload: new SkipCause(Other, SkipReason.Failed))));
    }

    [Fact]
    public void What_is_shared_or_skipped_comes_from_a_subtask_of_the_run()
    {
        Start();
        Assert.Equal("Subtask 2 has no output to share.", Why(new RunFact(RunFactKind.SubtaskSucceeded, 5, Work, payload: new SharedOutput(Other, null))));
        Assert.Equal("The run has no subtask 7.", Why(new RunFact(RunFactKind.SubtaskSkipped, 5, Work, payload: new SkipCause(7, SkipReason.Failed))));
    }

    [Fact]
    public void Only_what_is_ready_is_asked_about_and_only_what_runs_is_cancelled()
    {
        Start();
        Assert.All([RunFactKind.ApprovalRequested, RunFactKind.ApprovalDecided, RunFactKind.StartHeld], kind => Assert.Equal("The subtask is Pending.", Why(new RunFact(kind, 5, After))));
        Assert.Equal("The subtask is Ready.", Why(new RunFact(RunFactKind.SubtaskCancelRequested, 5, Work)));
    }

    [Fact]
    public void Only_what_has_succeeded_is_undone_and_once()
    {
        Start();
        Assert.Equal("The subtask is Ready.", Why(new RunFact(RunFactKind.CompensationStarted, 5, Work, 1)));
        Apply(new RunFact(RunFactKind.SubtaskSucceeded, 5, Work));
        Assert.All([RunFactKind.CompensationFailed, RunFactKind.SubtaskCompensated], kind => Assert.Equal("The subtask is not being undone.", Why(new RunFact(kind, 5, Work, 1))));
        Apply(new RunFact(RunFactKind.CompensationStarted, 5, Work, 1));
        Apply(new RunFact(RunFactKind.SubtaskCompensated, 5, Work, 1));

        Assert.Equal("Whether the subtask is undone has been decided before it.", Why(new RunFact(RunFactKind.CompensationStarted, 5, Work, 2)));
    }

    [Fact]
    public void A_run_stops_once_and_ends_when_all_has_ended_with_the_outcome_that_follows()
    {
        Start();
        Apply(new RunFact(RunFactKind.StopRequested, 5, detail: (byte)StopReason.Timeout));
        Assert.Equal("The run stops already.", Why(new RunFact(RunFactKind.StopRequested, 5)));
        Assert.Equal("3 subtasks have not ended.", Why(new RunFact(RunFactKind.RunEnded, 5, detail: (byte)RunOutcome.TimedOut)));
        Assert.All([Work, After, Other], subtask => Apply(new RunFact(RunFactKind.SubtaskCancelled, 5, subtask)));
        Assert.Equal("The run has TimedOut.", Why(new RunFact(RunFactKind.RunEnded, 5, detail: (byte)RunOutcome.Succeeded)));
        Apply(new RunFact(RunFactKind.RunEnded, 5, detail: (byte)RunOutcome.TimedOut));

        Assert.Equal("The run has ended before it.", Why(new RunFact(RunFactKind.BudgetExhausted, 5)));
    }

    private static TaskGraph Graph() => GraphOf.Plan(plan =>
    {
        SubtaskRef work = plan.Add("work", "work");
        plan.Add("after", "work", after: [work]);
        plan.Add("other", "work");
    });

    private void Start() => Apply(new RunFact(RunFactKind.RunStarted, 5));

    private string? Why(in RunFact fact) => JournalKinds.WhyImpossible(_state, fact);

    private void Apply(in RunFact fact)
    {
        Assert.Null(Why(fact));
        _state.Apply(fact, _consequences);
    }
}
