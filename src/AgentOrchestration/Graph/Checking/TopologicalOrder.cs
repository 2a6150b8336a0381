using QuikGraph;
using QuikGraph.Algorithms.ConnectedComponents;
using QuikGraph.Algorithms.TopologicalSort;

namespace AgentOrchestration.Graph.Checking;

/// <summary>An order in which every vertex stands before its successors, or the circles that forbid one.</summary>
internal static class TopologicalOrder
{
    public static bool TryCompute(SuccessorGraph graph, out int[] order)
    {
        var sort = new TopologicalSortAlgorithm<int, SEdge<int>>(graph, graph.VertexCount);
        try
        {
            sort.Compute();
        }
        catch (NonAcyclicGraphException)
        {
            order = [];
            return false;
        }

        order = sort.SortedVertices;
        return true;
    }

    /// <summary>Of each strongly connected component of several vertices, the shortest circle through its first vertex.</summary>
    public static IEnumerable<IReadOnlyList<int>> FindCycles(SuccessorGraph graph)
    {
        var components = new StronglyConnectedComponentsAlgorithm<int, SEdge<int>>(graph);
        components.Compute();
        return components.Components
            .GroupBy(vertex => vertex.Value, vertex => vertex.Key)
            .Where(component => component.Count() > 1)
            .Select(component => ShortestCycle(graph, [.. component]))
            .OrderBy(cycle => cycle[0]);
    }

    /// <summary>A breadth-first search within the component, from its first vertex back to itself.</summary>
    private static List<int> ShortestCycle(SuccessorGraph graph, HashSet<int> component)
    {
        int start = component.Min();
        var cameFrom = new Dictionary<int, int>();
        var queue = new Queue<int>([start]);
        while (true)
        {
            int vertex = queue.Dequeue();
            foreach (int successor in graph.Successors(vertex))
            {
                if (successor == start)
                {
                    return PathTo(vertex, start, cameFrom);
                }

                if (component.Contains(successor) && cameFrom.TryAdd(successor, vertex))
                {
                    queue.Enqueue(successor);
                }
            }
        }
    }

    private static List<int> PathTo(int vertex, int start, Dictionary<int, int> cameFrom)
    {
        List<int> path = [vertex];
        while (vertex != start)
        {
            vertex = cameFrom[vertex];
            path.Add(vertex);
        }

        path.Reverse();
        return path;
    }
}
