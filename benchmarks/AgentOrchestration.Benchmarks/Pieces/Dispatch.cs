using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Scheduling.Waiting;
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
        var core = new DispatchCore(_graph, RunShare.Alone(_resources), "run", new RunOptions());
        var decisions = new Decisions();
        var started = new Queue<AttemptStart>();
        core.Start(now: 0, decisions);
        while (!core.State.IsEnded)
        {
            decisions.Starts.ForEach(started.Enqueue);
            decisions.Clear();
            AttemptStart next = started.Dequeue();
            core.Returned(next.Subtask, next.Attempt, Answer.Instance, now: 0, decisions);
        }

        return core.State.History.Count;
    }
}
