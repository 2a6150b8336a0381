using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Plans in which outputs are handed on: <c>next</c> adds one to a number, <c>count</c> makes a list of so many, <c>sum</c> adds a list up.</summary>
internal static class OutputPlans
{
    public const string Next = "next";
    public const string Count = "count";
    public const string Sum = "sum";

    public static GrowthHost CreateHost(Action<AgentOrchestrationOptions>? options = null) => GrowthHost.Create(options, static builder => builder
        .AddTaskType<int, int>(Next, "Adds one.", static (input, _, _) => new(input + 1))
        .AddTaskType<int, int[]>(Count, "Counts.", static (input, _, _) => new([.. Enumerable.Range(0, input)]))
        .AddTaskType<int[], long>(Sum, "Adds up.", static (input, _, _) => new(input.Sum(static item => (long)item))));

    /// <summary>Each takes the output of the one before it.</summary>
    public static TaskPlan Chain(int subtasks) => TaskPlan.Create(plan =>
    {
        SubtaskRef last = plan.Add("s0", Next, 0);
        for (int i = 1; i < subtasks; i++)
        {
            last = plan.Add($"s{i}", Next, last.Output());
        }
    });
}
