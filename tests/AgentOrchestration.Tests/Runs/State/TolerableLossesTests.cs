using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Runs.State;

public sealed class TolerableLossesTests
{
    [Fact]
    public void They_are_what_a_walk_from_each_subtask_finds_also_while_the_graph_grows() => Gen.Int.Sample(
        seed =>
        {
            var random = new Random(seed);
            TaskGraph origin = GraphOf.Plan(plan => AddRandom(plan, "s", random.Next(1, 12), [], random));
            var graph = new GrowingGraph(origin);
            var losses = new TolerableLosses(graph);
            for (int growths = random.Next(0, 5); growths >= 0; growths--)
            {
                for (int asked = random.Next(0, 8); asked > 0; asked--)
                {
                    int subtask = random.Next(graph.Count);
                    Assert.Equal(IsTolerable(graph, subtask), losses.Contains(subtask));
                }

                int parent = random.Next(graph.Count);
                if (graph.HasAdded(parent))
                {
                    continue;
                }

                SubtaskRef[] known = [.. Enumerable.Range(0, graph.Count).Where(_ => random.Next(3) == 0).Select(index => new SubtaskRef(graph.SubtaskAt(index).Id))];
                bool isJoined = random.Next(3) == 0;
                GrowthScope surroundings = isJoined ? GrowthScope.ForNestedPlan(graph) : GrowthScope.ForAddition(graph, parent);
                GraphGrowth? growth = origin.Checker.CheckGrowth(
                    TaskPlan.Create(plan => AddRandom(plan, "a", random.Next(1, 5), isJoined ? [] : known, random)), graph, parent, surroundings, isJoined, out _);
                losses.Forget(growth!);
                graph.Grow(growth!);
            }

            Assert.All(Enumerable.Range(0, graph.Count), subtask => Assert.Equal(IsTolerable(graph, subtask), losses.Contains(subtask)));
        },
        iter: Simulations.Of(2000));

    [Fact]
    public void Each_subtask_is_visited_once_however_many_are_asked_about() => Cost.IsLinear(count =>
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef last = plan.Add("chain0", "work", after: [.. Enumerable.Range(0, count).Select(i => plan.Add($"s{i}", "work"))]);
            for (int i = 1; i < count; i++)
            {
                last = plan.Add($"chain{i}", "work", after: [last]);
            }

            plan.Add("end", "work", options: new() { Optional = [last] });
        });
        var losses = new TolerableLosses(new GrowingGraph(graph));
        Assert.All(Enumerable.Range(0, 2 * count), subtask => Assert.True(losses.Contains(subtask)));
        return losses.Visits;
    });

    private static void AddRandom(TaskPlanBuilder plan, string prefix, int count, SubtaskRef[] known, Random random)
    {
        List<SubtaskRef> before = [.. known];
        for (int i = 0; i < count; i++)
        {
            ILookup<int, SubtaskRef> use = before.ToLookup(_ => random.Next(4));
            before.Add(plan.Add($"{prefix}{i}", "work", after: use[0], options: new() { Optional = [.. use[1]] }));
        }
    }

    /// <summary>Whether no way over what is needed leads to a subtask that nothing depends on.</summary>
    private static bool IsTolerable(GrowingGraph graph, int subtask)
    {
        int[] successors = [.. graph.PlannedSuccessors(subtask), .. graph.AddedSuccessors(subtask) ?? []];
        EndWaiter[] waiters = [.. graph.Ends.WaitersFor(subtask)];
        IEnumerable<int> needed = graph.Additions.IsLast(subtask) ? waiters.Where(waiter => !waiter.IsOptional).Select(waiter => waiter.Subtask) : [];
        return graph.MayDoWithout
            && successors.Length + waiters.Length > 0
            && successors.Where(successor => graph.IsNeeded(subtask, successor)).Concat(needed).All(successor => IsTolerable(graph, successor));
    }
}
