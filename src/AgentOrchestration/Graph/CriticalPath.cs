namespace AgentOrchestration.Graph;

/// <summary>The longest chain of dependent work: no number of workers makes a run shorter.</summary>
/// <param name="SubtaskIds">The subtasks on it, in order.</param>
/// <param name="Duration">How long they take one after another.</param>
public sealed record CriticalPath(IReadOnlyList<string> SubtaskIds, TimeSpan Duration)
{
    /// <summary>
    /// Upward ranks: the work from the start of a subtask to the end of the run when nothing waits,
    /// <c>rank(v) = weight(v) + max over successors of rank</c>. Source: Topcuoglu, Hariri and Wu, HEFT (2002).
    /// </summary>
    internal static double[] UpwardRanks(SuccessorGraph graph, ReadOnlySpan<int> topologicalOrder, ReadOnlySpan<double> weights)
    {
        double[] ranks = new double[graph.VertexCount];
        for (int i = topologicalOrder.Length - 1; i >= 0; i--)
        {
            int vertex = topologicalOrder[i];
            double longest = 0;
            foreach (int successor in graph.Successors(vertex))
            {
                longest = Math.Max(longest, ranks[successor]);
            }

            ranks[vertex] = weights[vertex] + longest;
        }

        return ranks;
    }

    /// <summary>
    /// How urgent each subtask is: the way that is left to the end of the run from its middle. By its start (latest start time first) long
    /// subtasks come too early where resources are scarce, by its end (latest finish time first) long and short ones are alike; on
    /// project-scheduling instances the middle is better than both.
    /// </summary>
    internal static double[] Priorities(SuccessorGraph graph, ReadOnlySpan<int> topologicalOrder, ReadOnlySpan<double> weights)
    {
        double[] priorities = UpwardRanks(graph, topologicalOrder, weights);
        for (int i = 0; i < priorities.Length; i++)
        {
            priorities[i] -= weights[i] / 2;
        }

        return priorities;
    }

    /// <summary>The critical path when each subtask takes as long as given, in seconds.</summary>
    internal static CriticalPath Of(TaskGraph graph, ReadOnlySpan<double> seconds)
    {
        double[] ranks = UpwardRanks(graph.Successors, graph.TopologicalOrder, seconds);
        List<string> path = [];
        int vertex = HighestOf(Enumerable.Range(0, graph.Count), ranks);
        double length = vertex < 0 ? 0 : ranks[vertex];
        while (vertex >= 0)
        {
            path.Add(graph.Subtasks[vertex].Id);
            vertex = HighestOf(graph.Successors.Successors(vertex).ToArray(), ranks);
        }

        return new CriticalPath(path, length < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(length) : TimeSpan.MaxValue);
    }

    private static int HighestOf(IEnumerable<int> vertices, double[] ranks) => vertices.DefaultIfEmpty(-1).MaxBy(vertex => vertex < 0 ? 0 : ranks[vertex]);
}
