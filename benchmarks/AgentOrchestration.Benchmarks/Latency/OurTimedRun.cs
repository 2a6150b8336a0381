using AgentOrchestration.Benchmarks.Graphs;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>The graph through the public API: from before the plan is checked to after the result is there.</summary>
internal sealed class OurTimedRun : TimedRun
{
    private readonly ServiceProvider _services;
    private readonly TaskPlan _plan;

    public OurTimedRun(TimedGraph graph, Action<AgentOrchestrationOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(configure)
            .AddTaskType("wait", "Waits.", async (int milliseconds, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(milliseconds, stop);
                return None.Value;
            });
        _services = services.BuildServiceProvider();
        _plan = TaskPlan.Create(plan =>
        {
            var added = new SubtaskRef[graph.Graph.Count];
            for (int task = 0; task < added.Length; task++)
            {
                added[task] = plan.Add(
                    $"t{task}", "wait", input: graph.Milliseconds[task], after: graph.Graph.Dependencies[task].Select(dependency => added[dependency]));
            }
        });
    }

    public override async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        ITaskOrchestrator orchestrator = _services.GetRequiredService<ITaskOrchestrator>();
        long start = TimeProvider.System.GetTimestamp();
        await using OrchestrationRun run = await orchestrator.StartAsync(_plan, cancellationToken);
        RunResult result = await run.WaitAsync(cancellationToken);
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        return result.Succeeded.Count() == _plan.Subtasks.Count ? elapsed : throw new InvalidOperationException("The run did not succeed.");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _services.DisposeAsync();
    }
}
