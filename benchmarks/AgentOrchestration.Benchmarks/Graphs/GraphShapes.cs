namespace AgentOrchestration.Benchmarks.Graphs;

/// <summary>The shapes that engines are compared on.</summary>
internal static class GraphShapes
{
    public const string Chain = "chain";
    public const string Fan = "fan-out-fan-in";
    public const string Layered = "layered";
    public const string Tree = "tree";

    private const int LayerWidth = 100;
    private const int LayerDependencies = 3;

    public static IReadOnlyList<string> All { get; } = [Chain, Fan, Layered, Tree];

    public static ShapedGraph Create(string shape, int size) => new(shape, shape switch
    {
        Chain => Every(size, task => task == 0 ? [] : [task - 1]),
        Fan => FanOutFanIn(size),
        Layered => Layers(size),
        Tree => TreeReduction(size),
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "Unknown shape."),
    });

    /// <summary>One task, all others but one after it, and the last after all of those.</summary>
    private static int[][] FanOutFanIn(int size) => Every(
        size, task => task == 0 ? [] : task < size - 1 ? [0] : [.. Enumerable.Range(1, size - 2)]);

    /// <summary>Layers of 100; each task waits for three different ones of the layer before it, drawn with a fixed seed.</summary>
    private static int[][] Layers(int size)
    {
        var random = new SeededRandom(1);
        return Every(size, task => task < LayerWidth ? [] : random.Distinct(LayerDependencies, LayerWidth, ((task / LayerWidth) - 1) * LayerWidth));
    }

    /// <summary>A binary heap upside down: half of the tasks are leaves, every other waits for its two children.</summary>
    private static int[][] TreeReduction(int size) => Every(size, task =>
    {
        int place = size - 1 - task;
        int left = (2 * place) + 1;
        return left >= size ? [] : left + 1 >= size ? [size - 1 - left] : [size - 1 - left, size - 2 - left];
    });

    private static int[][] Every(int size, Func<int, int[]> dependenciesOf)
    {
        int[][] dependencies = new int[size][];
        for (int task = 0; task < size; task++)
        {
            dependencies[task] = dependenciesOf(task);
        }

        return dependencies;
    }
}
