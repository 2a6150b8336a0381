using System.Text.Json.Nodes;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Results;

/// <summary>Work whose usage depends on nothing but its input: the answer to a number is 100 tokens and as many more as the number, of one call of a model with a price.</summary>
internal static class CountedWork
{
    public const string Name = "ask";

    public static PriceTable Prices { get; } = PriceTable.Of(new Dictionary<string, ModelPrice> { ["m"] = new(0.01m, 0.10m) });

    public static TaskUsage UsageOf(int number) => TaskUsage.Of(new ModelUsage { Model = "m", InputTokens = 100, OutputTokens = number, Cost = 1 + (number * 0.10m), PricedCalls = 1 });

    /// <summary>Registers the work.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="effect">What it does to the world: with <see cref="TaskEffect.Write"/> each subtask does its own.</param>
    /// <param name="onWork">Called with each number that is worked on.</param>
    public static IAgentOrchestrationBuilder AddCountedWork(this IAgentOrchestrationBuilder builder, TaskEffect effect = TaskEffect.Pure, Func<int, Task>? onWork = null) =>
        builder.UsePrices(Prices).AddTaskType(
            Name,
            "Asks.",
            async (int number, TaskContext context) =>
            {
                await (onWork?.Invoke(number) ?? Task.CompletedTask);
                context.ReportUsage(UsageOf(number));
                return $"answer {number}";
            },
            options => options.Effect = effect);

    public static Engine Engine(TaskEffect effect = TaskEffect.Pure, Action<IAgentOrchestrationBuilder>? also = null, Action<IServiceCollection>? services = null) => new(
        builder =>
        {
            builder.AddCountedWork(effect);
            also?.Invoke(builder);
        },
        services: services);

    public static SubtaskRef AddAsk(this TaskPlanBuilder plan, string id, int number, params IEnumerable<SubtaskRef> after) => plan.Add(id, Name, JsonValue.Create(number), after);
}
