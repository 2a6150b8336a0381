using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs that grow while they go on.</summary>
internal static class AdditionOperations
{
    private const string Subtasks = "subtasks";
    private const string AddOne = "add-one";
    private const string AddMany = "add-many";
    private const string AddAtOnce = "add-at-once";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("growth/each adds one", Subtasks, static n => Run(WidePlans.Create(n, AddOne))) { Smallest = 480 },
        new("growth/one adds many, one by one", Subtasks, static n => Run(WidePlans.Create(1, AddMany), n)) { Smallest = 480 },
        new("growth/many joins over one growth", "joins", static n => Run(Joins(n), n)) { Smallest = 160 },
        new("growth/one join over many growths", "growths", static n => Run(JoinOver(n))) { Smallest = 160 },
        new("growth/many joins that are added after one growth", "joins", static n => Run(LaterJoins(), n)) { Smallest = 160 },
        new("growth/for each item of a list", "items", static n => Run(ForEach(n))) { Smallest = 480 },
        new("growth/many lists of one item", "lists", static n => Run(Lists(n))) { Smallest = 160 },
        new("growth/a wide plan within the plan", Subtasks, static n => Run(TaskPlan.Create(plan => plan.AddPlan("inner", WidePlans.Create(n))))) { Smallest = 480 },
        new("growth/many plans within the plan", "plans", static n => Run(NestedPlans(n))) { Smallest = 160 },
    ];

    private static Trial Run(TaskPlan plan, int additions = 0) => Trial.Using(() => CreateHost(additions), host => host.RunAsync(plan));

    private static GrowthHost CreateHost(int additions) => GrowthHost.Create(static options => options.Runs.MaxAddedSubtasks = int.MaxValue, builder => builder
        .AddTaskType<int, int>(OutputPlans.Next, "Adds one.", static (input, _, _) => new(input + 1))
        .AddTaskType<None, None>(AddOne, "Adds a subtask.", static (_, context, _) => Add(context, 1))
        .AddTaskType<None, None>(AddMany, "Adds subtasks, one by one.", (_, context, _) => Add(context, additions))
        .AddTaskType<None, None>(AddAtOnce, "Adds subtasks, all at once; under the id 'later' behind what 'first' has added.", (_, context, _) => AddAll(context, additions)));

    private static ValueTask<None> Add(TaskContext context, int subtasks)
    {
        for (int i = 0; i < subtasks; i++)
        {
            int number = i;
            context.AddSubtasks(plan => plan.Add($"a{number}", GrowthHost.Work));
        }

        return new(None.Value);
    }

    private static ValueTask<None> AddAll(TaskContext context, int subtasks)
    {
        SubtaskRef[] after = context.Subtask.Id == "later" ? [new SubtaskRef("first")] : [];
        context.AddSubtasks(plan =>
        {
            for (int i = 0; i < subtasks; i++)
            {
                plan.Add($"a{i}", GrowthHost.Work, after: after);
            }
        });
        return new(None.Value);
    }

    private static TaskPlan Joins(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", AddAtOnce);
        for (int i = 0; i < n; i++)
        {
            plan.Add($"join{i}", GrowthHost.Work, after: [first]);
        }
    });

    private static TaskPlan JoinOver(int n) => TaskPlan.Create(plan =>
        plan.Add("join", GrowthHost.Work, after: [.. Enumerable.Range(0, n).Select(i => plan.Add($"s{i}", AddOne))]));

    private static TaskPlan LaterJoins() => TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", AddAtOnce);
        plan.Add("later", AddAtOnce, after: [first], options: new() { WaitsForAdded = false });
    });

    private static TaskPlan ForEach(int n) => TaskPlan.Create(plan =>
        plan.ForEach("each", new JsonArray([.. Enumerable.Range(0, n).Select(static i => JsonValue.Create(i))]), OutputPlans.Next));

    private static TaskPlan Lists(int n) => TaskPlan.Create(plan =>
    {
        for (int i = 0; i < n; i++)
        {
            plan.ForEach($"each{i}", new JsonArray(JsonValue.Create(i)), OutputPlans.Next);
        }
    });

    private static TaskPlan NestedPlans(int n) => TaskPlan.Create(plan =>
    {
        TaskPlan inner = WidePlans.Create(1);
        for (int i = 0; i < n; i++)
        {
            plan.AddPlan($"inner{i}", inner);
        }
    });
}
