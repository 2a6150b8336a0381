using System.Threading.Tasks.Dataflow;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>
/// TPL Dataflow: a block per task; before it a batch of as many messages as it has dependencies, after it a broadcast to its successors,
/// each where there are several. The network is linked once, outside the clock; a run is one message to each root.
/// </summary>
internal sealed class DataflowEngine : ComparedEngine
{
    private readonly ShapedGraph _graph;
    private readonly ITargetBlock<Answer>[] _roots;
    private Answer?[] _results = [];
    private int _openSinks;
    private TaskCompletionSource? _end;

    public DataflowEngine(ShapedGraph graph, TaskBody body)
    {
        _graph = graph;
        var entries = new ITargetBlock<Answer>[graph.Count];
        var exits = new ISourceBlock<Answer>[graph.Count];
        for (int task = 0; task < graph.Count; task++)
        {
            (entries[task], exits[task]) = CreateBlocks(task, body);
            foreach (int dependency in graph.Dependencies[task])
            {
                exits[dependency].LinkTo(entries[task]);
            }
        }

        _roots = [.. graph.Roots.Select(root => entries[root])];
    }

    public override async Task RunAsync()
    {
        _results = new Answer?[_graph.Count];
        _openSinks = _graph.Sinks;
        _end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (ITargetBlock<Answer> root in _roots)
        {
            root.Post(Answer.Instance);
        }

        await _end.Task;
    }

    public override int CountResults() => _results.Count(result => ReferenceEquals(result, Answer.Instance));

    private (ITargetBlock<Answer> Entry, ISourceBlock<Answer> Exit) CreateBlocks(int task, TaskBody body)
    {
        ITargetBlock<Answer> entry;
        ISourceBlock<Answer> exit;
        if (_graph.Dependencies[task].Length > 1)
        {
            var gather = new BatchBlock<Answer>(_graph.Dependencies[task].Length);
            var work = new TransformBlock<Answer[], Answer>(_ => WorkAsync(task, body));
            gather.LinkTo(work);
            (entry, exit) = (gather, work);
        }
        else
        {
            var work = new TransformBlock<Answer, Answer>(_ => WorkAsync(task, body));
            (entry, exit) = (work, work);
        }

        int successors = _graph.Successors[task].Length;
        if (successors == 0)
        {
            // A block keeps its output until somebody takes it.
            exit.LinkTo(DataflowBlock.NullTarget<Answer>());
        }
        else if (successors > 1)
        {
            var spread = new BroadcastBlock<Answer>(cloningFunction: null);
            exit.LinkTo(spread);
            exit = spread;
        }

        return (entry, exit);
    }

    private async Task<Answer> WorkAsync(int task, TaskBody body)
    {
        Answer answer = await body.RunAsync();
        _results[task] = answer;
        if (_graph.Successors[task].Length == 0 && Interlocked.Decrement(ref _openSinks) == 0)
        {
            _end!.SetResult();
        }

        return answer;
    }
}
