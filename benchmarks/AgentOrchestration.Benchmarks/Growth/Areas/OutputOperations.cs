using System.Text.Json.Nodes;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Runs in which outputs are handed on, and runs in which there are none because of failures.</summary>
internal static class OutputOperations
{
    public static IEnumerable<GrowthOperation> All =>
    [
        new("runs/outputs handed on", "subtasks", static n => Run(OutputPlans.Chain(n))),
        new("runs/one output handed to many", "subtasks", static n => Run(OneToMany(n))),
        new("runs/parts of one output", "parts", static n => Run(Parts(n))) { Smallest = 160 },
        new("runs/optional failures", "failures", static n => Run(OptionalFailures(n))) { Smallest = 480 },
        new("runs/skipped because of a failure", "subtasks", static n => Run(Skipped(n), RunOutcome.Failed)) { Smallest = 1_000 },
    ];

    private static Trial Run(TaskPlan plan, RunOutcome outcome = RunOutcome.Succeeded) => Trial.Using(
        static () => OutputPlans.CreateHost(static options => options.MaxReferences = int.MaxValue), host => host.RunAsync(plan, outcome));

    private static TaskPlan OneToMany(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef list = plan.Add("list", OutputPlans.Count, 10);
        for (int i = 0; i < n; i++)
        {
            plan.Add($"s{i}", OutputPlans.Next, list.Output($"/{i % 10}"));
        }
    });

    /// <summary>A subtask refers to every item of a list, each by a reference of its own.</summary>
    private static TaskPlan Parts(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef list = plan.Add("list", OutputPlans.Count, n);
        plan.Add("sum", OutputPlans.Sum, new JsonArray([.. Enumerable.Range(0, n).Select(i => list.Output($"/{i}").ToJsonNode())]));
    });

    /// <summary>Many fail above a chain as long, whose end is optional: each failure has to find out whether it is tolerated.</summary>
    private static TaskPlan OptionalFailures(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef last = plan.Add("c0", GrowthHost.Work, after: [.. Enumerable.Range(0, n).Select(i => plan.Add($"f{i}", GrowthHost.Fail))]);
        for (int i = 1; i < n; i++)
        {
            last = plan.Add($"c{i}", GrowthHost.Work, after: [last]);
        }

        plan.Add("end", GrowthHost.Work, options: new() { Optional = [last] });
    });

    private static TaskPlan Skipped(int n) => TaskPlan.Create(plan =>
    {
        SubtaskRef last = plan.Add("first", GrowthHost.Fail);
        for (int i = 0; i < n; i++)
        {
            last = plan.Add($"s{i}", GrowthHost.Work, after: [last]);
        }
    });
}
