using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Ordering;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>The library as an application has it, with the pools of one instance and task types whose work is to take a known time.</summary>
internal sealed class JobLibrary : IAsyncDisposable
{
    public const string TaskType = "job";

    private readonly ServiceProvider _services;

    /// <param name="pools">What there is.</param>
    /// <param name="maxParallelism">How many attempts may run at a time.</param>
    /// <param name="policy">The order of ready subtasks.</param>
    /// <param name="workAsync">By subtask id, its work. Default: none.</param>
    /// <param name="taskTypes">The names of the kinds of work. Default: one.</param>
    public JobLibrary(
        IEnumerable<ResourceAmount> pools, int maxParallelism, ISchedulingPolicy policy, Func<string, Task>? workAsync = null, IEnumerable<string>? taskTypes = null)
    {
        MaxParallelism = maxParallelism;
        var services = new ServiceCollection();
        Configure(services, pools, policy, workAsync, taskTypes ?? [TaskType]);
        _services = services.BuildServiceProvider();
    }

    public int MaxParallelism { get; }

    public IResourceManager Resources => _services.GetRequiredService<IResourceManager>();

    public ITaskOrchestrator Orchestrator => _services.GetRequiredService<ITaskOrchestrator>();

    public TaskGraph Check(TaskPlan plan) =>
        _services.GetRequiredService<PlanChecker>().Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
        ?? throw new InvalidOperationException($"The plan was refused: {diagnostics[0].Message}");

    public SchedulingContext ContextOf(TaskGraph graph) => new(
        graph, [.. graph.Subtasks.Select(subtask => subtask.EstimatedDuration ?? TimeSpan.Zero)], MaxParallelism, Resources, TimeProvider.System);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private void Configure(ServiceCollection services, IEnumerable<ResourceAmount> pools, ISchedulingPolicy policy, Func<string, Task>? workAsync, IEnumerable<string> taskTypes)
    {
        IAgentOrchestrationBuilder builder = services
            .AddAgentOrchestration(options => options.Runs.MaxParallelism = MaxParallelism)
            .UseSchedulingPolicy(policy);
        foreach (string taskType in taskTypes)
        {
            builder.AddTaskType(taskType, "Takes its time.", async (None _, TaskContext context, CancellationToken _) =>
            {
                if (workAsync is not null)
                {
                    await workAsync(context.Subtask.Id);
                }

                return None.Value;
            });
        }

        foreach (ResourceAmount pool in pools)
        {
            builder.AddResource(pool.Name, pool.Amount);
        }
    }
}
