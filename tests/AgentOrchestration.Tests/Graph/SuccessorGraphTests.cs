using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using CsCheck;
using QuikGraph;

namespace AgentOrchestration.Tests.Graph;

/// <summary>To QuikGraph's algorithms it is what QuikGraph's own graph of the same edges is.</summary>
public sealed class SuccessorGraphTests
{
    [Fact]
    public void It_answers_everything_that_an_adjacency_graph_answers() =>
        RandomGraph.Any.Sample(dependencies =>
        {
            IVertexAndEdgeListGraph<int, SEdge<int>> actual = SuccessorGraph.FromDependencies(dependencies);
            var expected = new AdjacencyGraph<int, SEdge<int>>(allowParallelEdges: false);
            expected.AddVertexRange(Enumerable.Range(0, dependencies.Length));
            expected.AddEdgeRange(dependencies.SelectMany((sources, vertex) => sources.Select(source => new SEdge<int>(source, vertex))));

            Assert.Equal(
                (expected.IsDirected, expected.AllowParallelEdges, expected.IsVerticesEmpty, expected.IsEdgesEmpty, expected.VertexCount, expected.EdgeCount),
                (actual.IsDirected, actual.AllowParallelEdges, actual.IsVerticesEmpty, actual.IsEdgesEmpty, actual.VertexCount, actual.EdgeCount));
            Assert.Equal(expected.Vertices, actual.Vertices);
            Assert.Equal(expected.Edges, actual.Edges);
            foreach (int vertex in expected.Vertices)
            {
                Assert.Equal(expected.OutEdges(vertex), actual.OutEdges(vertex));
                Assert.Equal((expected.OutDegree(vertex), expected.IsOutEdgesEmpty(vertex)), (actual.OutDegree(vertex), actual.IsOutEdgesEmpty(vertex)));
                Assert.Equal(
                    expected.OutEdges(vertex), Enumerable.Range(0, actual.OutDegree(vertex)).Select(index => actual.OutEdge(vertex, index)));
            }

            // Also about vertices that it does not have.
            for (int vertex = -1; vertex <= dependencies.Length; vertex++)
            {
                Assert.Equal(expected.ContainsVertex(vertex), actual.ContainsVertex(vertex));
                Assert.Equal(expected.TryGetOutEdges(vertex, out IEnumerable<SEdge<int>>? expectedEdges), actual.TryGetOutEdges(vertex, out IEnumerable<SEdge<int>>? actualEdges));
                Assert.Equal(expectedEdges, actualEdges);
                for (int other = -1; other <= dependencies.Length; other++)
                {
                    Assert.Equal(expected.ContainsEdge(vertex, other), actual.ContainsEdge(vertex, other));
                    Assert.Equal(expected.ContainsEdge(new SEdge<int>(vertex, other)), actual.ContainsEdge(new SEdge<int>(vertex, other)));
                    Assert.Equal(expected.TryGetEdge(vertex, other, out SEdge<int> expectedEdge), actual.TryGetEdge(vertex, other, out SEdge<int> actualEdge));
                    Assert.Equal(expectedEdge, actualEdge);
                    Assert.Equal(expected.TryGetEdges(vertex, other, out expectedEdges), actual.TryGetEdges(vertex, other, out actualEdges));
                    Assert.Equal(expectedEdges, actualEdges);
                }
            }
        });

    [Fact]
    public void An_order_is_found_exactly_when_no_vertex_reaches_itself() =>
        RandomGraph.Any.Sample(dependencies =>
        {
            bool[][] reaches = Reachability(dependencies);
            bool isAcyclic = !Enumerable.Range(0, dependencies.Length).Any(vertex => reaches[vertex][vertex]);

            Assert.Equal(isAcyclic, TopologicalOrder.TryCompute(SuccessorGraph.FromDependencies(dependencies), out int[] order));

            Assert.Equal(isAcyclic ? Enumerable.Range(0, dependencies.Length) : [], order.Order());
            Assert.All(isAcyclic ? dependencies.Index() : [], vertex =>
                Assert.All(vertex.Item, source => Assert.True(Array.IndexOf(order, source) < Array.IndexOf(order, vertex.Index))));
        });

    [Fact]
    public void Of_every_knot_one_circle_is_found_that_is_a_circle_and_the_shortest_through_its_first_vertex() =>
        RandomGraph.Any.Sample(dependencies =>
        {
            bool[][] reaches = Reachability(dependencies);
            int[] first = [.. Enumerable.Range(0, dependencies.Length)
                .Where(vertex => reaches[vertex][vertex] && !Enumerable.Range(0, vertex).Any(other => reaches[vertex][other] && reaches[other][vertex]))];

            IReadOnlyList<int>[] cycles = [.. TopologicalOrder.FindCycles(SuccessorGraph.FromDependencies(dependencies))];

            Assert.Equal(first, cycles.Select(cycle => cycle[0]));
            Assert.All(cycles, cycle =>
            {
                Assert.Distinct(cycle);
                Assert.All(cycle.Zip([.. cycle.Skip(1), cycle[0]]), step => Assert.Contains(step.First, dependencies[step.Second]));
                Assert.Equal(ShortestWayBack(dependencies, cycle[0]), cycle.Count);
            });
        });

    private static bool[][] Reachability(int[][] dependencies)
    {
        bool[][] reaches = [.. dependencies.Select(_ => new bool[dependencies.Length])];
        foreach ((int vertex, int[] sources) in dependencies.Index())
        {
            Array.ForEach(sources, source => reaches[source][vertex] = true);
        }

        for (int over = 0; over < dependencies.Length; over++)
        {
            for (int from = 0; from < dependencies.Length; from++)
            {
                for (int to = 0; to < dependencies.Length; to++)
                {
                    reaches[from][to] |= reaches[from][over] && reaches[over][to];
                }
            }
        }

        return reaches;
    }

    private static int ShortestWayBack(int[][] dependencies, int start)
    {
        HashSet<int> reached = [start];
        for (int steps = 1; ; steps++)
        {
            reached = [.. Enumerable.Range(0, dependencies.Length).Where(vertex => dependencies[vertex].Any(reached.Contains))];
            if (reached.Contains(start))
            {
                return steps;
            }
        }
    }
}
