using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>How often subtasks of a plan are looked at.</summary>
public sealed class PlanVisitTests
{
    [Fact]
    public void The_subtasks_that_are_done_again_are_found_in_one_look_at_the_plan() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan => AddMany(plan, count));
        var counted = new CountingList<Subtask>(graph.Subtasks);
        var next = new TaskGraph(graph.Plan with { Subtasks = counted }, graph.Part, graph.Checker);
        string[] again = [.. graph.Subtasks.Select(subtask => subtask.Id)];
        var nothing = new RunState(graph.Checker.Nothing("Nothing."));

        ReusableResults.Of(
            new RunReuse("old", graph) { Rerun = again, Results = new EndedRun(nothing, new InputBinder(nothing.Graph, nothing.OutputOf, graph.Checker)) }, next);

        return counted.Reads;
    });

    [Fact]
    public void The_last_subtasks_of_a_plan_are_found_with_their_places_in_two_looks_at_it() => Cost.IsLinear(count =>
    {
        var counted = new CountingList<Subtask>(TaskPlan.Create(plan => AddMany(plan, count)).Subtasks);

        Assert.All(OutputShape.LastOf(new TaskPlan { Goal = "", Subtasks = counted }), last => Assert.Equal($"s{last.Index}", last.Subtask.Id));

        return counted.Reads;
    });

    private static void AddMany(TaskPlanBuilder plan, int count)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"s{i}", "work");
        }
    }
}
