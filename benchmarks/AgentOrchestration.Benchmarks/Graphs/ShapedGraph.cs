namespace AgentOrchestration.Benchmarks.Graphs;

/// <summary>A graph that every engine runs in its own way: who waits for whom, by index. A task stands after all that it waits for.</summary>
internal sealed class ShapedGraph
{
    public ShapedGraph(string shape, int[][] dependencies)
    {
        Shape = shape;
        Dependencies = dependencies;
        DependencyCounts = Array.ConvertAll(dependencies, own => own.Length);
        Successors = SuccessorsOf(dependencies);
        Roots = [.. Enumerable.Range(0, Count).Where(task => dependencies[task].Length == 0)];
        Sinks = Successors.Count(own => own.Length == 0);
        Edges = DependencyCounts.Sum();
    }

    public string Shape { get; }

    public int Count => Dependencies.Length;

    public int Edges { get; }

    public int[][] Dependencies { get; }

    public int[] DependencyCounts { get; }

    public int[][] Successors { get; }

    /// <summary>The tasks that wait for none.</summary>
    public int[] Roots { get; }

    /// <summary>How many tasks none waits for.</summary>
    public int Sinks { get; }

    private static int[][] SuccessorsOf(int[][] dependencies)
    {
        int[] counts = new int[dependencies.Length];
        foreach (int dependency in dependencies.SelectMany(own => own))
        {
            counts[dependency]++;
        }

        int[][] successors = Array.ConvertAll(counts, count => count == 0 ? [] : new int[count]);
        for (int task = 0; task < dependencies.Length; task++)
        {
            foreach (int dependency in dependencies[task])
            {
                successors[dependency][^counts[dependency]--] = task;
            }
        }

        return successors;
    }
}
