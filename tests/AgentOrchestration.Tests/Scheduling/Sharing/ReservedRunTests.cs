using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling.Sharing;

/// <summary>Others yield to a run that was bypassed too often, as long as it can take what is kept for it.</summary>
public sealed class ReservedRunTests
{
    private const long Millisecond = TimeSpan.TicksPerMillisecond;

    /// <summary>Its only worker, or the rest of its budget, is taken when the devices are free; perhaps by code that waits for a run that needs one of them.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_run_that_cannot_start_what_is_kept_for_it_leaves_it_to_others(bool isForbidden, bool isNested)
    {
        var resources = new ResourcePools([new("net", 2), new("slot", 1)]);
        var runs = new SharedRuns(resources, seed: 1);
        runs.Add(One("slot", 1), new RunOptions(), startsAt: 0, _ => 200);
        runs.Add(One("net", 1), new RunOptions(), startsAt: 0, _ => 300);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("first", "work", options: new() { Resources = ResourceRequirements.Of("slot", 1), EstimatedDuration = TimeSpan.FromMinutes(9) });
                plan.Add("kept", "work", options: new() { Resources = ResourceRequirements.Of("net", 2) });
            },
            resources,
            options => options.ExpectedUsage = new TaskUsage(60, 0, 0));
        RunOptions options = isForbidden ? new RunOptions { Budget = new RunBudget { MaxTokens = 100 } } : new RunOptions { MaxParallelism = 1 };
        int kept = runs.Add(graph, options, startsAt: 1, subtask => subtask == 0 ? 5_000 : 1, subtask => isNested && subtask == 0 ? runs.Add(One("net", 1), new RunOptions(), startsAt: 0, _ => 1) : null);
        int other = runs.Add(GraphOf.Plan(plan => AddMany(plan, 100, "net"), resources), new RunOptions(), startsAt: 2, _ => 1);

        runs.Play();

        Assert.True(runs.HaveAllEnded, $"{runs.Starts.Count} have started.");
        Assert.Empty(runs.Errors);
        long first = runs.Starts.Find(start => start.Run == kept && start.Subtask == 0).Time;
        Assert.Equal(64, runs.Starts.Count(start => start.Run == other && start.Time < first));
        Assert.InRange(runs.Starts.FindLast(start => start.Run == other).Time, first, first + 4_000);

        TaskGraph One(string pool, long amount) => GraphOf.Plan(plan => plan.Add("one", "work", options: new() { Resources = ResourceRequirements.Of(pool, amount) }), resources);
    }

    /// <summary>What is kept for a subtask must not start before a more urgent one, which needs what is returned only after a run that would have to yield.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    public void Nothing_is_kept_for_what_waits_behind_work_that_waits_for_a_nested_run(int maxBypasses)
    {
        var resources = new ResourcePools([new("gpu", 1), new("net", 1), new("db", 2)]);
        var runs = new SharedRuns(resources, seed: 1);
        RunOptions options = new() { MaxBypasses = maxBypasses };
        TaskGraph nested = Plan(plan => plan.Add("gpu", "work", after: [plan.Add("before", "work")], options: new() { Resources = ResourceRequirements.Of("gpu", 1) }));
        runs.Add(Plan(plan => plan.Add("outer", "work", options: new() { Resources = ResourceRequirements.Of("net", 1) })), options, startsAt: 0, _ => 1, _ => runs.Add(nested, options, startsAt: 0, subtask => subtask == 0 ? 500 : 1));
        runs.Add(Plan(plan => plan.Add("holder", "work", options: new() { Resources = ResourceRequirements.Of("db", 1) })), options, startsAt: 0, _ => 1_000);
        TaskGraph graph = Plan(plan =>
        {
            plan.Add("urgent", "work", options: new() { Resources = ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("net", 1)), EstimatedDuration = TimeSpan.FromMinutes(9) });
            plan.Add("behind", "work", options: new() { Resources = ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("db", 2)), EstimatedDuration = TimeSpan.FromMinutes(8) });
            AddMany(plan, 200, "gpu");
        });
        runs.Add(graph, options, startsAt: 1, _ => 1);
        runs.Add(Plan(plan => AddMany(plan, 100, "db")), options, startsAt: 250, _ => 1);

        runs.Play();

        Assert.True(runs.HaveAllEnded, $"{runs.Starts.Count} have started.");
        Assert.Empty(runs.Errors);

        TaskGraph Plan(Action<TaskPlanBuilder> build) => GraphOf.Plan(build, resources);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 8)]
    public void What_lacks_tokens_and_a_place_at_once_starts_as_soon_as_both_are_there(int total, int count)
    {
        var agenda = new VirtualAgenda(seed: 1);
        var resources = new ResourcePools([new ResourceDeclaration("tokens", total) { Kind = ResourcePoolKind.Replenishing, Period = TimeSpan.FromMilliseconds(100 * total) }], agenda);
        var runs = new SharedRuns(resources, agenda, maxAttempts: total);
        long began = agenda.Now;
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("one", "work", options: new() { Resources = ResourceRequirements.Of("tokens", 1) }), resources);
        for (int run = 0; run < count; run++)
        {
            runs.Add(graph, new RunOptions(), startsAt: 0, _ => 30 * Millisecond);
        }

        runs.Play();

        Assert.Equal(count, runs.Starts.Count);
        Assert.All(runs.Starts.Skip(total).Index(), start => Assert.InRange((start.Item.Time - began) / Millisecond, 100 * (start.Index + 1), (100 * (start.Index + 1)) + 5));
    }

    private static void AddMany(TaskPlanBuilder plan, int count, string pool)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"t{i}", "work", options: new() { Resources = ResourceRequirements.Of(pool, 1) });
        }
    }
}
