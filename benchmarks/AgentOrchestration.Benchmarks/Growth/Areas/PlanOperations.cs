namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Plans as data: made, edited, written, read.</summary>
internal static class PlanOperations
{
    private const string Subtasks = "subtasks";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("plans/make", Subtasks, static n => new Trial(() => WidePlans.Create(n))),
        new("plans/edit every subtask", Subtasks, Edit),
        new("plans/remove every other subtask", Subtasks, Remove),
        new("plans/write", Subtasks, Write) { Smallest = 1_000 },
        new("plans/read", Subtasks, Read) { Smallest = 480 },
        new("plans/show as a tree and a chart", Subtasks, Show) { Smallest = 480 },
    ];

    private static Trial Edit(int n)
    {
        TaskPlan plan = WidePlans.Create(n);
        return new Trial(() => plan.With(edit =>
        {
            foreach (Subtask subtask in plan.Subtasks)
            {
                edit.Replace(subtask.Id, static old => old with { Description = "edited" });
            }
        }));
    }

    private static Trial Remove(int n)
    {
        TaskPlan plan = WidePlans.Create(n);
        return new Trial(() => plan.With(edit =>
        {
            for (int i = 0; i < n; i += 2)
            {
                edit.Remove($"s{i}");
            }
        }));
    }

    private static Trial Write(int n)
    {
        TaskPlan plan = WidePlans.Create(n);
        return new Trial(() => plan.ToJson());
    }

    private static Trial Read(int n)
    {
        string json = WidePlans.Create(n).ToJson();
        return new Trial(() => TaskPlan.FromJson(json));
    }

    private static Trial Show(int n)
    {
        TaskPlan plan = WidePlans.Create(n);
        return new Trial(() => _ = plan.ToTree().Length + plan.ToMermaid().Length);
    }
}
