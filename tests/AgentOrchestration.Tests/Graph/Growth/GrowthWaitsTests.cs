using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Graph.Growth;

public sealed class GrowthWaitsTests
{
    private const int Grows = 0, Waiter = 1, After = 2, Last = 3;

    private readonly RunState _state = new(GraphOf.Plan(plan =>
    {
        SubtaskRef grows = plan.Add("grows", "work");
        SubtaskRef waiter = plan.Add("waiter", "work", after: [grows]);
        SubtaskRef after = plan.Add("after", "work", after: [waiter]);
        plan.Add("last", "work", options: new() { Optional = [after] });
    }));

    public GrowthWaitsTests()
    {
        Apply(new RunFact(RunFactKind.RunStarted, time: 0));
        Apply(new RunFact(RunFactKind.AttemptStarted, 0, Grows, attempt: 1));
    }

    [Fact]
    public void A_subtask_waits_for_what_its_dependency_adds() => Assert.Equal([(4, Waiter, false)], WaitsOf(Add()));

    [Fact]
    public void What_waits_for_an_addition_is_never_what_the_addition_comes_after_also_when_that_ended_too_early()
    {
        Apply(new RunFact(RunFactKind.SubtaskCancelled, 0, After));

        Assert.Empty(WaitsOf(Add("after")));
    }

    [Fact]
    public void What_waits_for_an_addition_is_never_what_the_addition_comes_after_also_over_what_was_skipped()
    {
        Apply(new RunFact(RunFactKind.SubtaskSkipped, 0, After, payload: new SkipCause(After, SkipReason.Cancelled)));
        Apply(new RunFact(RunFactKind.AttemptStarted, 0, Last, attempt: 1));
        Apply(new RunFact(RunFactKind.SubtaskSucceeded, 0, Last, attempt: 1, payload: None.Value));

        Assert.Empty(WaitsOf(Add("last")));
    }

    [Fact]
    public void What_has_ended_waits_for_nothing_that_is_added()
    {
        Apply(new RunFact(RunFactKind.SubtaskCancelled, 0, Waiter));

        Assert.Empty(WaitsOf(Add()));
    }

    [Fact]
    public void What_has_ended_since_waits_for_nothing_that_is_added()
    {
        GraphGrowth growth = Add();
        Apply(new RunFact(RunFactKind.SubtaskCancelled, 0, Waiter));

        Assert.Empty(WaitsOf(_state.WithThoseThatWait(growth)));
    }

    private static IEnumerable<(int Added, int Waiter, bool IsOptional)> WaitsOf(GraphGrowth growth) =>
        growth.Waits.Waits.SelectMany(wait => wait.End.Inwards().SelectMany(end => end.Members), (wait, added) => (added, wait.Waiter.Subtask, wait.Waiter.IsOptional));

    private void Apply(RunFact fact) => _state.Apply(fact, new RunConsequences());

    private GraphGrowth Add(params string[] after) => _state.Graph.Origin.Checker.CheckGrowth(
        TaskPlan.Create(plan => plan.Add("more", "work", after: [.. after.Select(id => new SubtaskRef(id))])),
        _state.Graph, Grows, GrowthScope.ForAddition(_state.Graph, Grows), isJoined: false, out _)!;
}
