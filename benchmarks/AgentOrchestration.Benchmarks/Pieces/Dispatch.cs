using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>The dispatch core with a host whose attempts return at once: the engine without threads, clock and handlers.</summary>
[MemoryDiagnoser]
public class Dispatch
{
    private readonly ResourcePools _resources = new([]);
    private TaskGraph _graph = null!;

    /// <summary>The shape of the graph.</summary>
    [Params(GraphShapes.Chain, GraphShapes.Fan, GraphShapes.Layered, GraphShapes.Tree)]
    public string Shape { get; set; } = GraphShapes.Layered;

    /// <summary>Makes the graph.</summary>
    [GlobalSetup]
    public async Task SetupAsync() => _graph = await CheckedGraph.CreateAsync(Shape);

    /// <summary>Runs the graph; the figures are for one subtask.</summary>
    [Benchmark(OperationsPerInvoke = CheckedGraph.Size)]
    public int Run()
    {
        var core = new DispatchCore(_graph, RunResources.Alone(_resources), "run", new RunOptions());
        var commands = new HostCommands();
        var started = new Queue<AttemptStart>();
        core.Start(now: 0, commands);
        while (!core.State.IsEnded)
        {
            commands.Starts.ForEach(started.Enqueue);
            commands.Clear();
            AttemptStart next = started.Dequeue();
            core.Returned(next.Subtask, next.Attempt, Answer.Instance, now: 0, commands);
        }

        return core.State.History.Count;
    }
}
