using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs with a budget.</summary>
internal static class BudgetOperations
{
    private const int Attempts = 10;
    private const string Metered = "metered";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("budgets/used up while many wait, run finishes", "subtasks", static n => Exhaust(n, BudgetAction.Finish)) { Smallest = 1_000 },
        new("budgets/used up while many wait, run stops", "subtasks", static n => Exhaust(n, BudgetAction.Stop)) { Smallest = 1_000 },
        new("budgets/reserved and counted", "subtasks", Count) { Smallest = 1_000 },
    ];

    private static Trial Exhaust(int n, BudgetAction action)
    {
        TaskPlan plan = WidePlans.Create(n);
        return Trial.Using(
            () => GrowthHost.Create(options => options.Runs.Budget = new RunBudget { MaxAttempts = Attempts, WhenExhausted = action }),
            host => host.RunAsync(plan, RunOutcome.BudgetExhausted));
    }

    private static Trial Count(int n)
    {
        TaskPlan plan = WidePlans.Create(n, Metered);
        return Trial.Using(CreateMeteredHost, host => host.RunAsync(plan));
    }

    private static GrowthHost CreateMeteredHost() => GrowthHost.Create(
        static options => options.Runs.Budget = new RunBudget { MaxTokens = long.MaxValue },
        static builder => builder.AddTaskType<None, None>(
            Metered,
            "Uses tokens.",
            static (_, context, _) =>
            {
                context.ReportUsage(new TaskUsage(1, 1, 0));
                return new(None.Value);
            },
            static options => options.ExpectedUsage = new TaskUsage(2, 2, 0)));
}
