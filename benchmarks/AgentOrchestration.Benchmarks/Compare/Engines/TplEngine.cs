using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>Raw tasks: each is started at once and awaits those that it depends on.</summary>
internal sealed class TplEngine(ShapedGraph graph, TaskBody body) : ComparedEngine
{
    private readonly Func<ValueTask<Answer>> _body = body.RunAsync;
    private Task<Answer>[] _tasks = [];

    public override Task RunAsync()
    {
        var tasks = new Task<Answer>[graph.Count];
        for (int task = 0; task < tasks.Length; task++)
        {
            Task<Answer>[] dependencies = Array.ConvertAll(graph.Dependencies[task], dependency => tasks[dependency]);
            tasks[task] = Task.Run(async () =>
            {
                await Task.WhenAll((Task[])dependencies);
                return await _body();
            });
        }

        _tasks = tasks;
        return Task.WhenAll((Task[])tasks);
    }

    public override int CountResults() =>
        _tasks.Count(task => task.IsCompletedSuccessfully && ReferenceEquals(task.Result, Answer.Instance));

    public override ValueTask ResetAsync()
    {
        _tasks = [];
        return ValueTask.CompletedTask;
    }
}
