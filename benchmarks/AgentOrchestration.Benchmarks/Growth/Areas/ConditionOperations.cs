using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Subtasks that run only when a condition holds.</summary>
internal static class ConditionOperations
{
    private static readonly JsonElement Zero = JsonElement.Parse("0");

    public static IEnumerable<GrowthOperation> All =>
    [
        new("conditions/each on an output of its own", "conditions", static n => Run(Own(n))) { Smallest = 240 },
        new("conditions/all on parts of one output", "conditions", static n => Run(Shared(n))) { Smallest = 80 },
    ];

    private static Trial Run(TaskPlan plan) => Trial.Using(static () => OutputPlans.CreateHost(), host => host.RunAsync(plan));

    private static TaskPlan Own(int n) => TaskPlan.Create(plan =>
    {
        for (int i = 0; i < n; i++)
        {
            SubtaskRef number = plan.Add($"n{i}", OutputPlans.Next, i);
            plan.Add($"s{i}", GrowthHost.Work, options: new() { When = new SubtaskCondition(number.Output(), ConditionOperator.GreaterThan) { Value = Zero } });
        }
    });

    private static TaskPlan Shared(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef list = plan.Add("list", OutputPlans.Count, n);
        for (int i = 0; i < n; i++)
        {
            plan.Add($"s{i}", GrowthHost.Work, options: new() { When = new SubtaskCondition(list.Output($"/{i}"), ConditionOperator.Exists) });
        }
    });
}
