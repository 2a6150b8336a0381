using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>The state machine alone: the two facts of a subtask that succeeds, and what follows from them.</summary>
[MemoryDiagnoser]
public class Transition
{
    private TaskGraph _graph = null!;

    /// <summary>The shape of the graph.</summary>
    [Params(GraphShapes.Chain, GraphShapes.Fan, GraphShapes.Layered, GraphShapes.Tree)]
    public string Shape { get; set; } = GraphShapes.Layered;

    /// <summary>Makes the graph.</summary>
    [GlobalSetup]
    public async Task SetupAsync() => _graph = await CheckedGraph.CreateAsync(Shape);

    /// <summary>Folds a run; the figures are for one subtask.</summary>
    [Benchmark(OperationsPerInvoke = CheckedGraph.Size)]
    public int Fold()
    {
        var state = new RunState(_graph);
        var consequences = new RunConsequences();
        state.Apply(new RunFact(RunFactKind.RunStarted, time: 0), consequences);
        while (consequences.Ready.TryDequeue(out int subtask))
        {
            state.Apply(new RunFact(RunFactKind.AttemptStarted, time: 0, subtask, attempt: 1), consequences);
            state.Apply(new RunFact(RunFactKind.SubtaskSucceeded, time: 0, subtask, attempt: 1, (byte)OutputOrigin.Executed, Answer.Instance), consequences);
        }

        return state.Open;
    }
}
