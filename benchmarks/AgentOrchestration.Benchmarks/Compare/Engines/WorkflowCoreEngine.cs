using AgentOrchestration.Benchmarks.Graphs;
using Microsoft.Extensions.DependencyInjection;
using WorkflowCore.Interface;
using WorkflowCore.Models.LifeCycleEvents;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>
/// Workflow Core with its default store in memory: a step per task. It has sequences and parallel branches that are joined, so it takes chains and
/// a fan-out with its fan-in; its host runs outside the clock.
/// </summary>
internal sealed class WorkflowCoreEngine : ComparedEngine
{
    private readonly ServiceProvider _services;
    private readonly IWorkflowHost _host;
    private readonly WorkflowCoreResults _results;
    private TaskCompletionSource _end = new();
    private bool _isStarted;

    public WorkflowCoreEngine(ShapedGraph graph, TaskBody body)
    {
        _results = new WorkflowCoreResults(graph.Count);
        _services = new ServiceCollection().AddLogging().AddWorkflow().AddTransient<WorkflowCoreStep>().AddSingleton(body).AddSingleton(_results).BuildServiceProvider();
        _host = _services.GetRequiredService<IWorkflowHost>();
        _host.Registry.RegisterWorkflow(new WorkflowCoreGraph(graph));
        _host.OnLifeCycleEvent += happened =>
        {
            if (happened is WorkflowCompleted)
            {
                _end.TrySetResult();
            }
        };
    }

    public static bool CanRun(ShapedGraph graph) => graph.Shape is GraphShapes.Chain or GraphShapes.Fan;

    public override async Task RunAsync()
    {
        if (!_isStarted)
        {
            _isStarted = true;
            await _host.StartAsync(CancellationToken.None);
        }

        _end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _host.StartWorkflow(WorkflowCoreGraph.Name);
        await _end.Task;
    }

    public override int CountResults() => _results.Count();

    public override ValueTask ResetAsync()
    {
        _results.Forget();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _host.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }
}
