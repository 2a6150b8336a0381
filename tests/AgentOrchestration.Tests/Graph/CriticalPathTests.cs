using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using CsCheck;

namespace AgentOrchestration.Tests.Graph;

public sealed class CriticalPathTests
{
    private static readonly Gen<(int[][] Dependencies, int[] Seconds)> Weighted = Gen.Select(RandomGraph.Acyclic, Gen.Int[0, 9].Array[9]);

    [Fact]
    public void UpwardRanks_AreTheLongestWaysToTheEnd() =>
        Weighted.Sample((dependencies, seconds) =>
        {
            var graph = SuccessorGraph.FromDependencies(dependencies);
            Assert.True(TopologicalOrder.TryCompute(graph, out int[] order));

            double[] ranks = CriticalPath.UpwardRanks(graph, order, [.. seconds.Select(second => (double)second)]);

            Assert.Equal(
                Enumerable.Range(0, dependencies.Length).Select(vertex => (double)WaysFrom(vertex, dependencies).Max(way => way.Sum(step => seconds[step]))), ranks);
        });

    [Fact]
    public void EstimatedCriticalPath_IsAWayThatNoOtherIsLongerThan() =>
        Weighted.Where(graph => graph.Dependencies.Length > 0).Sample((dependencies, seconds) =>
        {
            TaskGraph graph = Checker.Accept(new TaskPlan
            {
                Subtasks = [.. dependencies.Select((sources, vertex) => new Subtask
                {
                    Id = $"{vertex}",
                    TaskType = "nothing",
                    DependsOn = [.. sources.Select(source => $"{source}")],
                    EstimatedDuration = TimeSpan.FromSeconds(seconds[vertex]),
                })],
            });
            CriticalPath path = graph.EstimatedCriticalPath!;
            int[] steps = [.. path.SubtaskIds.Select(int.Parse)];

            int longest = Enumerable.Range(0, dependencies.Length).SelectMany(vertex => WaysFrom(vertex, dependencies)).Max(way => way.Sum(step => seconds[step]));
            Assert.Equal(TimeSpan.FromSeconds(longest), path.Duration);
            Assert.Equal(longest, steps.Sum(step => seconds[step]));
            Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.Contains(pair.First, dependencies[pair.Second]));
        });

    [Fact]
    public void EstimatedCriticalPath_NothingIsEstimated_IsUnknown() => Assert.Null(Checker.Accept(plan => plan.Add("a", "nothing")).EstimatedCriticalPath);

    [Fact]
    public void EstimatedCriticalPath_ASubtaskWithoutEstimate_CountsAsTheMeanOfTheOthers()
    {
        CriticalPath path = Checker.Accept(plan =>
        {
            SubtaskRef a = plan.Add("a", "nothing", options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
            SubtaskRef b = plan.Add("b", "nothing", after: [a]);
            plan.Add("c", "nothing", after: [b], options: new() { EstimatedDuration = TimeSpan.FromSeconds(4) });
        }).EstimatedCriticalPath!;

        Assert.Equal(["a", "b", "c"], path.SubtaskIds);
        Assert.Equal(TimeSpan.FromSeconds(9), path.Duration);
    }

    [Fact]
    public void Urgency_TheLongestWayToTheEndIsFirst_TiesGoByThePlansOrder()
    {
        TaskGraph graph = Checker.Accept(plan =>
        {
            plan.Add("short", "nothing", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            plan.Add("twin1", "nothing", options: new() { EstimatedDuration = TimeSpan.FromSeconds(3) });
            plan.Add("twin2", "nothing", options: new() { EstimatedDuration = TimeSpan.FromSeconds(3) });
            SubtaskRef first = plan.Add("first", "nothing", options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
            plan.Add("last", "nothing", after: [first], options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
        });

        var growing = new GrowingGraph(graph);
        Assert.Equal([3, 1, 2, 4, 0], Enumerable.Range(0, graph.Count).OrderBy(growing.UrgencyOf));
    }

    /// <summary>Every way from a vertex to a last one.</summary>
    private static IEnumerable<int[]> WaysFrom(int vertex, int[][] dependencies)
    {
        int[] successors = [.. Enumerable.Range(0, dependencies.Length).Where(other => dependencies[other].Contains(vertex))];
        return successors.Length == 0 ? [[vertex]] : successors.SelectMany(successor => WaysFrom(successor, dependencies)).Select(way => (int[])[vertex, .. way]);
    }
}
