using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>The ready queue alone: in and out again.</summary>
[MemoryDiagnoser]
public class Waiting
{
    private GrowingGraph _graph = null!;
    private int[] _subtasks = [];

    /// <summary>Whether subtasks come in the order of their urgency.</summary>
    [Params(true, false)]
    public bool InOrder { get; set; }

    /// <summary>Makes the graph.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _graph = new GrowingGraph(await CheckedGraph.CreateAsync(GraphShapes.Layered));
        var random = new SeededRandom(1);
        _subtasks = [.. Enumerable.Range(0, CheckedGraph.Size).OrderBy(subtask => InOrder ? subtask : random.Below(int.MaxValue))];
    }

    /// <summary>Lets every subtask wait, then takes the most urgent until none is left; the figures are for one subtask.</summary>
    [Benchmark(OperationsPerInvoke = CheckedGraph.Size)]
    public int EnqueueAndDequeue()
    {
        var queue = new ReadyQueue(_graph, RunResources.Alone(new ResourcePools([])));
        Array.ForEach(_subtasks, queue.Enqueue);
        int last = 0;
        while (queue.TryDequeue(mayStart: null, out int subtask, out _, out _))
        {
            last = subtask;
        }

        return last;
    }
}
