using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Search;
using AgentOrchestration.Tests.Execution;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Scheduling;

public sealed class SchedulingPolicyTests
{
    private static readonly SearchBudget Budget = new() { MaxSchedules = 300, MaxTime = TimeSpan.FromDays(1) };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_policy_starts_subtasks_in_its_order()
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            plan.Add("middle", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(3) });
            plan.Add("short", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            plan.Add("long", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(5) });
        });

        Assert.Equal(["long", "middle", "short"], await StartsAsync(SchedulingPolicies.CriticalPathFirst));
        Assert.Equal(["middle", "short", "long"], await StartsAsync(SchedulingPolicies.PlanOrder));
        Assert.Equal(["short", "middle", "long"], await StartsAsync(SchedulingPolicies.ShortestFirst));

        async Task<IEnumerable<string>> StartsAsync(ISchedulingPolicy policy) =>
            (await PlayAsync(graph, new ResourcePools([]), maxParallelism: 1, policy)).OfType<AttemptStarted>().Select(started => started.SubtaskId);
    }

    [Fact]
    public async Task A_run_with_exact_estimates_is_no_longer_than_the_schedule_that_was_found()
    {
        // Which of those that wait is asked first when several pools are released at once is no promise: a run without a schedule may by chance be shorter.
        TimeSpan searched = default, byCriticalPath = default, byPlanOrder = default;
        await Gen.Int[0, int.MaxValue].SampleAsync(
            async seed =>
            {
                var random = new Random(seed);
                var resources = new ResourcePools([new ResourceAmount("a", 5), new ResourceAmount("b", 7)]);
                TaskGraph graph = GraphOf.Plan(plan => AddRandom(plan, random), resources);
                SchedulingContext context = ContextOf(graph, resources, maxParallelism: 4);
                SubtaskOrder order = await SchedulingPolicies.Optimized(Budget, seed).OrderAsync(context, TestEnd);
                TimeSpan planned = order.Starts!.Zip(context.Durations, (start, duration) => start + duration).Max();
                SchedulingProblem problem = GraphProblem.Of(context);
                long[] greedy = [.. GraphProblem.UrgenciesOf(context, problem).Select(urgency => new ParallelGeneration(problem).Generate(urgency, new long[problem.Count]))];

                TimeSpan played = MakespanOf(Play(graph, resources, 4, order));

                Assert.InRange(played, TimeSpan.Zero, planned);
                Assert.InRange(planned, TimeSpan.Zero, new TimeSpan(greedy.Min()));
                searched += played;
                byCriticalPath += MakespanOf(await PlayAsync(graph, resources, 4, SchedulingPolicies.CriticalPathFirst));
                byPlanOrder += MakespanOf(await PlayAsync(graph, resources, 4, SchedulingPolicies.PlanOrder));
            },
            iter: Simulations.Of(300),
            threads: 1);

        Assert.InRange(searched, TimeSpan.Zero, byCriticalPath);
        Assert.InRange(searched, TimeSpan.Zero, byPlanOrder);
    }

    [Fact]
    public async Task A_schedule_that_leaves_something_idle_on_purpose_is_kept()
    {
        // The long one needs all of it and is ready after a second; whoever starts the two small ones at once makes it wait.
        var resources = new ResourcePools([new ResourceAmount("a", 2)]);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                plan.Add("small", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(6), Resources = ResourceRequirements.Of("a", 1) });
                SubtaskRef first = plan.Add("first", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(1), Resources = ResourceRequirements.Of("a", 1) });
                SubtaskRef wide = plan.Add("wide", "work", after: [first], options: new() { EstimatedDuration = TimeSpan.FromSeconds(2), Resources = ResourceRequirements.Of("a", 2) });
                plan.Add("last", "work", after: [wide], options: new() { EstimatedDuration = TimeSpan.FromSeconds(6), Resources = ResourceRequirements.Of("a", 1) });
            },
            resources);

        Assert.Equal(TimeSpan.FromSeconds(14), MakespanOf(await PlayAsync(graph, resources, 4, SchedulingPolicies.CriticalPathFirst)));
        Assert.InRange(MakespanOf(await PlayAsync(graph, resources, 4, SchedulingPolicies.Optimized(Budget))).TotalSeconds, 9, 9.001);
    }

    [Fact]
    public void A_run_that_departs_from_its_schedule_goes_by_the_critical_path_and_waits_for_nobodys_planned_start()
    {
        TaskGraph graph = GraphOf.Plan(plan =>
        {
            SubtaskRef a = plan.Add("a", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(100) });
            SubtaskRef b = plan.Add("b", "work", after: [a], options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            plan.Add("c", "work", after: [b], options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
            plan.Add("d", "work", after: [a], options: new() { EstimatedDuration = TimeSpan.FromSeconds(1) });
        });
        SubtaskOrder order = SubtaskOrder.BySchedule([.. new[] { 0, 100, 200, 300 }.Select(second => TimeSpan.FromSeconds(second))]);

        IReadOnlyList<RunEvent> events = Play(graph, new ResourcePools([]), 4, order, _ => TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(3), MakespanOf(events));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void A_priority_that_is_no_priority_is_refused(double priority) =>
        Assert.Contains("at 1", Assert.Throws<ArgumentOutOfRangeException>(() => SubtaskOrder.ByPriority([1, priority])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_negative_planned_start_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SubtaskOrder.BySchedule([TimeSpan.Zero, TimeSpan.FromTicks(-1)]));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_policy_of_the_applications_own_that_throws_or_orders_too_few_keeps_no_run_from_running(bool throws)
    {
        await using Engine engine = new(builder => builder
            .UseSchedulingPolicy(new OwnPolicy(_ => throws ? throw new InvalidOperationException("No idea.") : SubtaskOrder.ByPriority([1])))
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(context.Subtask.Id)));

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("one", "work");
            plan.Add("two", "work");
        });

        Assert.Equal((RunOutcome.Succeeded, "two"), (result.Outcome, result.GetOutput<string>("two")));
    }

    [Fact]
    public async Task A_policy_of_the_applications_own_orders_runs_and_sees_what_it_needs()
    {
        SchedulingContext? seen = null;
        List<string> ran = [];
        await using Engine engine = new(
            builder => builder
                .UseSchedulingPolicy(new OwnPolicy(context =>
                {
                    seen = context;
                    return SubtaskOrder.ByPriority([0, 2, 1]);
                }))
                .AddResource("licence", 3)
                .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) =>
                {
                    ran.Add(context.Subtask.Id);
                    return ValueTask.FromResult(None.Value);
                }),
            options => options.Runs.MaxParallelism = 1);

        await engine.RunAsync(plan =>
        {
            plan.Add("a", "work", options: new() { EstimatedDuration = TimeSpan.FromSeconds(2) });
            plan.Add("b", "work");
            plan.Add("c", "work");
        });

        Assert.Equal(["b", "c", "a"], ran);
        Assert.Equal((3, 1, 3L), (seen!.Graph.Count, seen.MaxParallelism, seen.GetCapacity("licence")));
        Assert.Equal(TimeSpan.FromSeconds(2), seen.Durations[0]);
    }

    private static void AddRandom(TaskPlanBuilder plan, Random random)
    {
        List<SubtaskRef> added = [];
        int count = random.Next(2, 15);
        for (int i = 0; i < count; i++)
        {
            // A search counts a tick for what takes no time; what is compared with it takes a tick too.
            var duration = TimeSpan.FromTicks(Math.Max(1, random.Next(0, 10) * TimeSpan.TicksPerSecond));
            ResourceAmount[] needs = [.. new[] { new ResourceAmount("a", random.Next(0, 6)), new ResourceAmount("b", random.Next(0, 8)) }.Where(need => need.Amount > 0)];
            added.Add(plan.Add(
                $"s{i}",
                "work",
                after: [.. added.Where(_ => random.Next(5) == 0)],
                options: new() { EstimatedDuration = duration, Resources = ResourceRequirements.Of(needs) }));
        }
    }

    private static SchedulingContext ContextOf(TaskGraph graph, ResourcePools resources, int maxParallelism) => new(
        graph, [.. graph.Subtasks.Select(subtask => subtask.EstimatedDuration ?? TimeSpan.Zero)], maxParallelism, resources, TimeProvider.System);

    private static async Task<IReadOnlyList<RunEvent>> PlayAsync(TaskGraph graph, ResourcePools resources, int maxParallelism, ISchedulingPolicy policy) =>
        Play(graph, resources, maxParallelism, await policy.OrderAsync(ContextOf(graph, resources, maxParallelism), TestEnd));

    private static IReadOnlyList<RunEvent> Play(TaskGraph graph, ResourcePools resources, int maxParallelism, SubtaskOrder order, Func<int, TimeSpan>? durationOf = null) =>
        new VirtualTimeHost(
            graph,
            resources,
            new RunOptions { MaxParallelism = maxParallelism },
            (subtask, _) => new VirtualAttempt(durationOf?.Invoke(subtask) ?? graph.Subtasks[subtask].EstimatedDuration!.Value),
            order: order).Run();

    private static TimeSpan MakespanOf(IReadOnlyList<RunEvent> events) => events[^1].Time - events[0].Time;

    private sealed class OwnPolicy(Func<SchedulingContext, SubtaskOrder> order) : ISchedulingPolicy
    {
        public ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken) => ValueTask.FromResult(order(context));
    }
}
