using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>What the actors of a graph share in a run: the results, and how many tasks that none waits for are left.</summary>
internal sealed class ActorRun(ShapedGraph graph)
{
    private Answer?[] _results = [];
    private int _openSinks;
    private TaskCompletionSource? _end;

    /// <returns>Completes when every task has ended.</returns>
    public Task Begin()
    {
        _results = new Answer?[graph.Count];
        _openSinks = graph.Sinks;
        _end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _end.Task;
    }

    public void Keep(int task, Answer answer) => _results[task] = answer;

    /// <summary>A task that none waits for has ended.</summary>
    public void EndSink()
    {
        if (Interlocked.Decrement(ref _openSinks) == 0)
        {
            _end!.SetResult();
        }
    }

    public int CountResults() => _results.Count(result => ReferenceEquals(result, Answer.Instance));
}
