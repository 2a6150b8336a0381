using System.Runtime.CompilerServices;
using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>
/// What one would write by hand for one graph: counters of open dependencies, arrays of successors, one item per task on the thread pool.
/// No names, no errors, no cancellation.
/// </summary>
internal sealed class FloorEngine(ShapedGraph graph, TaskBody body) : ComparedEngine
{
    private readonly Func<ValueTask<Answer>> _body = body.RunAsync;
    private int[] _open = [];
    private Answer?[] _results = [];
    private int _openSinks;
    private TaskCompletionSource? _end;

    public override Task RunAsync()
    {
        _open = (int[])graph.DependencyCounts.Clone();
        _results = new Answer?[graph.Count];
        _openSinks = graph.Sinks;
        _end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (int root in graph.Roots)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new Item(this, root), preferLocal: false);
        }

        return _end.Task;
    }

    public override int CountResults() => _results.Count(result => ReferenceEquals(result, Answer.Instance));

    public override ValueTask ResetAsync()
    {
        _open = [];
        _results = [];
        return ValueTask.CompletedTask;
    }

    private void Complete(int task, Answer answer)
    {
        _results[task] = answer;
        int[] successors = graph.Successors[task];
        if (successors.Length == 0 && Interlocked.Decrement(ref _openSinks) == 0)
        {
            _end!.SetResult();
        }

        foreach (int successor in successors)
        {
            if (Interlocked.Decrement(ref _open[successor]) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(new Item(this, successor), preferLocal: true);
            }
        }
    }

    private sealed class Item(FloorEngine engine, int task) : IThreadPoolWorkItem
    {
        private ValueTaskAwaiter<Answer> _answer;

        public void Execute()
        {
#pragma warning disable CA2012 // Consumed once, by Finish.
            _answer = engine._body().GetAwaiter();
#pragma warning restore CA2012
            if (_answer.IsCompleted)
            {
                Finish();
            }
            else
            {
                _answer.UnsafeOnCompleted(Finish);
            }
        }

        private void Finish() => engine.Complete(task, _answer.GetResult());
    }
}
