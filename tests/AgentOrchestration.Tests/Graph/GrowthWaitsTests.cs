using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Graph;

public sealed class GrowthWaitsTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void What_waits_for_an_addition_is_never_what_the_addition_comes_after_also_when_both_have_ended(bool dependsOnSkipped, int waits)
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef grows = plan.Add("grows", "work");
            SubtaskRef waiter = plan.Add("waiter", "work", after: [grows]);
            plan.Add("skipped", "work", after: [waiter]);
        });
        var state = new RunState(graph);
        foreach (RunFact fact in (RunFact[])[
            new(RunFactKind.RunStarted, time: 0),
            new(RunFactKind.AttemptStarted, 0, subtask: 0, attempt: 1),
            new(RunFactKind.SubtaskCancelled, 0, subtask: 1),
            new(RunFactKind.SubtaskSkipped, 0, subtask: 2, payload: new SkipCause(1, SkipReason.Cancelled))])
        {
            state.Apply(fact, new RunConsequences());
        }

        GraphGrowth? growth = graph.Checker.CheckGrowth(
            TaskPlan.Create(plan => plan.Add("more", "work", after: dependsOnSkipped ? [new SubtaskRef("skipped")] : [])),
            state.Graph, parent: 0, GrowthSurroundings.ForAddition(state.Graph, 0), isJoined: false, out _);

        Assert.Equal(waits, growth!.Awaited.Count);
    }
}
