using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Engines whose code starts runs.</summary>
internal static class NestedRuns
{
    /// <summary>An engine with one task type, whose code may start runs of one subtask of the same.</summary>
    public static Engine Nesting(
        Func<TaskContext, Func<string, Task<OrchestrationRun>>, Task<string>> work,
        Action<TaskTypeOptions>? taskType = null,
        string limit = "none",
        Action<AgentOrchestrationOptions>? options = null,
        long capacity = 1,
        LogOfWarnings? log = null) => new(
            builder => builder
                .AddResource("gpu", capacity)
                .AddResource("licence", 1)
                .AddTaskType(
                    "work",
                    "Works.",
                    async (None _, TaskContext context, CancellationToken _) => await work(
                        context,
                        id => context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan => plan.Add(id, "work")), CancellationToken.None)),
                    each =>
                    {
                        taskType?.Invoke(each);
                        each.MaxConcurrency = limit is "type" or "key" ? 1 : null;
                        each.ConcurrencyKey = limit == "key" ? _ => "k" : null;
                    }),
            options,
            services => log?.AddTo(services));
}
