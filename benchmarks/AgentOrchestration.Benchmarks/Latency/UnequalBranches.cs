using AgentOrchestration.Plans;
using AgentOrchestration.Results;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>The graph through the public API, with default options.</summary>
internal sealed class UnequalBranches : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private readonly TaskPlan _plan = TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", "wait", input: 100);
        SubtaskRef second = plan.Add("second", "wait", input: 100, after: [first]);
        SubtaskRef third = plan.Add("third", "wait", input: 100, after: [second]);
        SubtaskRef beside = plan.Add("beside", "wait", input: 300);
        plan.Add("join", "join", after: [third, beside]);
    });

    public UnequalBranches()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration()
            .AddTaskType("wait", "Waits.", async (int milliseconds, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(milliseconds, stop);
                return None.Value;
            })
            .AddTaskType("join", "Joins.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value));
        _services = services.BuildServiceProvider();
    }

    public static TimeSpan CriticalPath { get; } = TimeSpan.FromMilliseconds(300);

    /// <returns>From before the plan is checked to after the result is there.</returns>
    public async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        ITaskOrchestrator orchestrator = _services.GetRequiredService<ITaskOrchestrator>();
        long start = TimeProvider.System.GetTimestamp();
        await using OrchestrationRun run = await orchestrator.StartAsync(_plan, cancellationToken);
        RunResult result = await run.WaitAsync(cancellationToken);
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        return result.Succeeded.Count() == _plan.Subtasks.Count ? elapsed : throw new InvalidOperationException("The run did not succeed.");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
