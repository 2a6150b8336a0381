using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Simulations of one task type, <c>work</c>, and small plans of it.</summary>
internal static class Sample
{
    public static TaskPlan One { get; } = TaskPlan.Create(plan => plan.Add("only", "work"));

    public static TaskPlan TwoInARow { get; } = TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", "work");
        plan.Add("second", "work", after: [first]);
    });

    public static TaskPlan ThreeBesideEachOther { get; } = TaskPlan.Create(plan =>
    {
        plan.Add("a", "work");
        plan.Add("b", "work");
        plan.Add("c", "work");
    });

    public static RunSimulation Of(
        Func<TaskContext, CancellationToken, ValueTask<string>> work,
        Action<TaskTypeOptions>? taskType = null,
        Action<AgentOrchestrationOptions>? options = null,
        Action<IAgentOrchestrationBuilder>? more = null,
        int maxSteps = 1_000_000,
        TimeSpan? patience = null) =>
        new(services =>
        {
            IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options)
                .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), taskType);
            more?.Invoke(builder);
        })
        {
            MaxSteps = maxSteps,
            Patience = patience ?? TimeSpan.FromMilliseconds(20),
        };

    public static async ValueTask<string> Sleep(TaskContext context, TimeSpan time, CancellationToken stop)
    {
        await Task.Delay(time, context.TimeProvider, stop);
        return "output";
    }
}
