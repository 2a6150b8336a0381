using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>
/// Layers of as many tasks as are worked on at once; each task waits for three different ones of the layer before it, drawn with a fixed
/// seed, or for all when the layer has fewer. Layers of one task are a chain.
/// </summary>
internal static class ConcurrentLayers
{
    private const int Dependencies = 3;

    public static ShapedGraph Create(int width, int tasks)
    {
        var random = new SeededRandom(1);
        int[][] dependencies = new int[tasks][];
        for (int task = 0; task < tasks; task++)
        {
            dependencies[task] = task < width ? [] : random.Distinct(Dependencies, width, ((task / width) - 1) * width);
        }

        return new ShapedGraph(width == 1 ? GraphShapes.Chain : GraphShapes.Layered, dependencies);
    }
}
