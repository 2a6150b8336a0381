using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>A plan becomes a checked graph.</summary>
[MemoryDiagnoser]
public class GraphBuild
{
    private OurLibrary _library = null!;
    private TaskPlan _plan = null!;

    /// <summary>The shape of the graph.</summary>
    [Params(GraphShapes.Chain, GraphShapes.Fan, GraphShapes.Layered, GraphShapes.Tree)]
    public string Shape { get; set; } = GraphShapes.Layered;

    /// <summary>The number of tasks.</summary>
    [Params(1_000, 10_000, 100_000)]
    public int Size { get; set; }

    /// <summary>Makes the plan.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        _plan = OurLibrary.CreatePlan(GraphShapes.Create(Shape, Size));
    }

    /// <summary>Ends the library.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _library.DisposeAsync();

    /// <summary>Checks the plan.</summary>
    [Benchmark]
    public object Check() => _library.Check(_plan);
}
