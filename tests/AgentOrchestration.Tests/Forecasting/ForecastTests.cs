using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Tests.Forecasting;

public sealed class ForecastTests
{
    private static readonly Gen<int> Seeds = Gen.Int[0, int.MaxValue];

    [Fact]
    public void Rows_say_when_each_subtask_runs_and_how_much_later_it_could()
    {
        Forecast forecast = Of(GraphOf.Plan(plan =>
        {
            SubtaskRef start = plan.Add("start", "work", options: new() { Name = "The start", EstimatedDuration = Seconds(1) });
            SubtaskRef quick = plan.Add("quick", "work", after: [start], options: new() { EstimatedDuration = Seconds(2) });
            SubtaskRef slow = plan.Add("slow", "work", after: [start], options: new() { EstimatedDuration = Seconds(5) });
            plan.Add("end", "work", after: [quick, slow], options: new() { EstimatedDuration = Seconds(1) });
        }));

        Assert.Equal((Seconds(7), RunOutcome.Succeeded, Seconds(9)), (forecast.Makespan, forecast.Outcome, forecast.Work));
        Assert.Equal(
            [("start", "The start", 0, 1, 0, true), ("quick", "quick", 1, 3, 3, false), ("slow", "slow", 1, 6, 0, true), ("end", "end", 6, 7, 0, true)],
            forecast.Subtasks.Select(row => (row.Id, row.Name, row.Start.TotalSeconds, row.End.TotalSeconds, row.Slack.TotalSeconds, row.IsCritical)));
        Assert.Equal(["start", "slow", "end"], forecast.CriticalPath.SubtaskIds);
        Assert.Equal(["start", "slow", "end"], forecast.CriticalChain);
        Assert.Equal((Seconds(7), BottleneckKind.CriticalPath), (forecast.CriticalPath.Duration, forecast.Bottleneck.Kind));
        Assert.Equal(("workers", 5, 2.0 / 5, TimeSpan.Zero), (forecast.Workers.Name, forecast.Workers.Capacity, forecast.Workers.PeakUse, forecast.Workers.Waited));
        Assert.Equal(9.0 / 7 / 5, forecast.Workers.MeanUse, 9);
    }

    [Fact]
    public void Without_enough_workers_they_are_the_bottleneck_and_the_chain_goes_from_place_to_place()
    {
        Forecast forecast = Of(Beside(4), workers: 1);

        Assert.Equal((Seconds(10), Seconds(4), BottleneckKind.Workers), (forecast.Makespan, forecast.CriticalPath.Duration, forecast.Bottleneck.Kind));
        Assert.Equal(["s4", "s3", "s2", "s1"], forecast.CriticalChain);
        Assert.All(forecast.Subtasks, row => Assert.True(row.IsCritical));
        Assert.Equal((1, 1, Seconds(9)), (forecast.Workers.MeanUse, forecast.Workers.PeakUse, forecast.Workers.Waited));
        Assert.Equal([9, 7, 4, 0], forecast.Subtasks.Select(row => row.Waited.TotalSeconds));
    }

    [Fact]
    public void A_scarce_pool_is_the_bottleneck_and_the_table_says_what_more_of_it_buys()
    {
        Forecast forecast = Of(Beside(4, gpus: 2), workers: 8, gpus: 3);

        ForecastPool gpu = Assert.Single(forecast.Pools);
        Assert.Equal(("gpu", 3L, 2.0 / 3, Seconds(9)), (gpu.Name, gpu.Capacity, gpu.PeakUse, gpu.Waited));
        Assert.Equal(2.0 / 3, gpu.MeanUse, 9);
        Assert.Equal((BottleneckKind.Pool, "gpu", Seconds(6)), (forecast.Bottleneck.Kind, forecast.Bottleneck.Pool, forecast.Bottleneck.Costs));
        IReadOnlyList<ForecastGain> gains = forecast.WhatOneMoreBuys();
        Assert.Equal(
            [("gpu", 2, 5, 5), (null, 1, 10, 0)],
            gains.Select(gain => (gain.Pool, gain.Added, gain.Makespan.TotalSeconds, gain.Saved.TotalSeconds)));
        Assert.Equal(gains[0].Makespan, forecast.WhatIf(new ForecastChange { Capacities = new Dictionary<string, long> { ["gpu"] = 5 } }).Makespan);
    }

    [Fact]
    public void What_if_there_were_more_workers_or_a_task_type_were_faster()
    {
        Forecast forecast = Of(Beside(4), workers: 1);

        Assert.Equal(Seconds(5), forecast.WhatIf(new ForecastChange { MaxParallelism = 2 }).Makespan);
        Assert.Equal(Seconds(4), forecast.WhatIf(new ForecastChange { MaxParallelism = 100 }).Makespan);
        Assert.Equal(Seconds(5), forecast.WhatIf(Faster("work", 0.5)).Makespan);
        Assert.Equal(Seconds(2.5), forecast.WhatIf(Faster("work", 0.5)).WhatIf(new ForecastChange { MaxParallelism = 2 }).Makespan);
        Assert.Equal(Seconds(2.5), forecast.WhatIf(Faster("work", 0.5)).WhatIf(Faster("work", 0.5)).Makespan);
        Assert.Equal(Seconds(10), forecast.Makespan);
    }

    [Fact]
    public void What_cannot_be_is_refused_with_the_remedy()
    {
        Forecast forecast = Of(Beside(2, gpus: 2), gpus: 3);

        Assert.Contains("Give at least 1.", Refusal(new ForecastChange { MaxParallelism = 0 }));
        Assert.Contains("Name one of: gpu.", Refusal(new ForecastChange { Capacities = new Dictionary<string, long> { ["gpus"] = 9 } }));
        Assert.Contains("Give at least 2.", Refusal(new ForecastChange { Capacities = new Dictionary<string, long> { ["gpu"] = 1 } }));
        Assert.Contains("Name one of: work.", Refusal(Faster("wrok", 0.5)));
        Assert.Contains("Give one from 0", Refusal(Faster("work", double.NaN)));
        Assert.Contains("Give one from 0", Refusal(Faster("work", -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Simulate(runs: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Simulate(runs: 1).Percentile(double.NaN));

        string Refusal(ForecastChange change) => Assert.Throws<ArgumentException>(() => forecast.WhatIf(change)).Message;
    }

    [Fact]
    public void Subtasks_without_an_estimate_take_the_mean_of_the_others_and_without_any_a_second()
    {
        Assert.Equal(
            [1, 3, 2],
            Of(GraphOf.Plan(plan =>
            {
                plan.Add("one", "work", options: new() { EstimatedDuration = Seconds(1) });
                plan.Add("three", "work", options: new() { EstimatedDuration = Seconds(3) });
                plan.Add("unknown", "work");
            })).Subtasks.Select(row => row.Duration.TotalSeconds));
        Assert.Equal(Seconds(1), Of(GraphOf.Plan(plan => plan.Add("unknown", "work"))).Makespan);
        Assert.Equal(TimeSpan.Zero, Of(GraphOf.Plan(plan => plan.Add("none", "work", options: new() { EstimatedDuration = TimeSpan.Zero }))).Makespan);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(30_000)]
    public void The_longest_estimates_one_after_another_add_up_and_end_at_the_greatest_time(int count)
    {
        TimeSpan greatest = TimeSpan.MaxValue - TimeSpan.FromDays(2 * 366);
        Forecast forecast = Of(GraphOf.Plan(plan =>
        {
            SubtaskRef? before = null;
            for (int i = 0; i < count; i++)
            {
                before = plan.Add($"s{i}", "work", after: before is { } known ? [known] : [], options: new() { EstimatedDuration = TimeSpan.FromDays(366) });
            }
        }));

        TimeSpan right = count * 366.0 < greatest.TotalDays ? TimeSpan.FromDays(count * 366) : greatest;
        Assert.Equal((right, right), (forecast.Makespan, forecast.CriticalPath.Duration));
        Assert.InRange(forecast.Simulate(runs: 2).High, TimeSpan.FromDays(count * 200), greatest);
    }

    [Fact]
    public void The_longest_estimates_side_by_side_are_more_work_than_can_be_counted()
    {
        Forecast forecast = Of(
            GraphOf.Plan(plan =>
            {
                for (int i = 0; i < 30_000; i++)
                {
                    plan.Add($"s{i}", "work", options: new() { EstimatedDuration = TimeSpan.FromDays(366) });
                }
            }),
            workers: 30_000);

        Assert.Equal((TimeSpan.FromDays(366), TimeSpan.MaxValue), (forecast.Makespan, forecast.Work));
    }

    [Fact]
    public void A_time_limit_that_does_not_suffice_is_forecast_too()
    {
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                SubtaskRef slow = plan.Add("slow", "work", options: new() { EstimatedDuration = Seconds(20) });
                plan.Add("after", "work", after: [slow], options: new() { EstimatedDuration = Seconds(1) });
            },
            options: options => options.Timeout = Seconds(10));

        Forecast forecast = Of(graph);

        Assert.Equal((RunOutcome.Failed, Seconds(10)), (forecast.Outcome, forecast.Makespan));
        Assert.Equal([SubtaskState.Failed, SubtaskState.Skipped], forecast.Subtasks.Select(row => row.State));
        Assert.InRange(forecast.Simulate().SuccessShare, 0.01, 0.4);
    }

    [Fact]
    public void A_limit_between_reports_of_progress_is_not_taken_for_a_limit_of_the_duration()
    {
        TaskGraph graph = GraphOf.Plan(plan => plan.Add("slow", "work", options: new() { EstimatedDuration = Seconds(20) }), options: options => options.IdleTimeout = Seconds(1));

        Assert.Equal((RunOutcome.Succeeded, Seconds(20)), (Of(graph).Outcome, Of(graph).Makespan));
    }

    [Fact]
    public void The_range_is_the_same_for_the_same_seed_and_as_wide_as_a_lognormal_is()
    {
        Forecast forecast = Of(GraphOf.Plan(plan => plan.Add("one", "work", options: new() { EstimatedDuration = Seconds(100) })));

        ForecastRange range = forecast.Simulate(runs: 4_000, seed: 7);

        Assert.Equal((4_000, 7, 1), (range.Runs, range.Seed, range.SuccessShare));
        Assert.InRange(range.Median.TotalSeconds, 96, 104);
        Assert.InRange(range.Low.TotalSeconds, 100 * Math.Exp(-0.5 * 1.2816) * 0.94, 100 * Math.Exp(-0.5 * 1.2816) * 1.06);
        Assert.InRange(range.High.TotalSeconds, 100 * Math.Exp(0.5 * 1.2816) * 0.94, 100 * Math.Exp(0.5 * 1.2816) * 1.06);
        Assert.Equal((range.Low, range.Median, range.High), Figures(forecast.Simulate(runs: 4_000, seed: 7)));
        Assert.NotEqual((range.Low, range.Median, range.High), Figures(forecast.Simulate(runs: 4_000, seed: 8)));
        Assert.Equal(200, forecast.Simulate().Runs);

        static (TimeSpan, TimeSpan, TimeSpan) Figures(ForecastRange range) => (range.Low, range.Median, range.High);
    }

    [Fact]
    public void Observed_task_types_vary_as_they_were_observed_to()
    {
        var observed = new ObservedDurations();
        foreach (int _ in Enumerable.Range(0, 10))
        {
            observed.Observe(new Subtask { Id = "x", TaskType = "work" }, Seconds(3));
        }

        ForecastRange range = Of(GraphOf.Plan(plan => plan.Add("one", "work")), observed: observed).Simulate();

        Assert.Equal(3, range.Low.TotalSeconds, 3);
        Assert.Equal(3, range.High.TotalSeconds, 3);
    }

    [Fact]
    public void The_forecast_is_what_the_engine_does_to_the_tick() => Seeds.Sample(
        seed =>
        {
            TaskGraph graph = Random(new Random(seed));
            Forecast forecast = Of(graph, workers: 3, gpus: 4);

            var host = new VirtualTimeHost(
                graph, Ledger(4), new RunOptions { MaxParallelism = 3 }, (subtask, _) => new VirtualAttempt(graph.Subtasks[subtask].EstimatedDuration!.Value));
            var run = RunSnapshot.Fold(host.Run());

            Assert.Equal(run.EndedAt!.Value - run.StartedAt, forecast.Makespan);
            Assert.Equal(run.Subtasks.Select(subtask => subtask.StartedAt!.Value - run.StartedAt), forecast.Subtasks.Select(row => row.Start));
            Assert.Equal(run.Subtasks.Select(subtask => subtask.EndedAt!.Value - run.StartedAt), forecast.Subtasks.Select(row => row.End));
        },
        iter: Simulations.Of(1_000));

    [Fact]
    public void The_critical_chain_fills_the_run_without_a_gap_and_has_no_slack() => Seeds.Sample(
        seed =>
        {
            Forecast forecast = Of(Random(new Random(seed)), workers: 1 + (seed % 5), gpus: 4);

            ForecastSubtask[] chain = [.. forecast.CriticalChain.Select(id => forecast.Subtasks.Single(row => row.Id == id))];
            Assert.Equal((TimeSpan.Zero, forecast.Makespan), (chain[0].Start, chain[^1].End));
            Assert.All(chain.Zip(chain.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
            Assert.All(chain, row => Assert.True(row.IsCritical, row.Id));
            Assert.All(forecast.Subtasks, row => Assert.InRange(row.Slack, TimeSpan.Zero, forecast.Makespan - row.End));
            Assert.True(forecast.CriticalPath.Duration <= forecast.Makespan);
            Assert.All(forecast.Pools.Append(forecast.Workers), pool => Assert.InRange(pool.MeanUse, 0, pool.PeakUse));
            Assert.All(forecast.Pools.Append(forecast.Workers), pool => Assert.InRange(pool.PeakUse, 0, 1));
        },
        iter: Simulations.Of(1_000));

    [Fact]
    public void With_early_starts_the_critical_path_is_no_longer_than_the_run() => Seeds.Sample(
        seed =>
        {
            Forecast forecast = Of(Random(new Random(seed), gpus: false, options => options.Effect = TaskEffect.Pure), workers: 1 + (seed % 5), earlyShare: 1);

            Assert.True(forecast.CriticalPath.Duration <= forecast.Makespan, $"{forecast.CriticalPath.Duration} in {forecast.Makespan}");
            Assert.All(forecast.Subtasks, row => Assert.InRange(row.Slack, TimeSpan.Zero, forecast.Makespan - row.End));
        },
        iter: Simulations.Of(1_000));

    [Fact]
    public void Without_limits_a_subtask_may_take_its_slack_longer_and_no_tick_more() => Seeds.Sample(
        seed =>
        {
            TaskGraph graph = Random(new Random(seed), gpus: false);
            Forecast forecast = Of(graph, workers: 100);
            ForecastSubtask row = forecast.Subtasks[seed % forecast.Subtasks.Count];

            Assert.Equal(forecast.Makespan, Longer(row.Slack).Makespan);
            Assert.Equal(forecast.Makespan + new TimeSpan(1), Longer(row.Slack + new TimeSpan(1)).Makespan);

            Forecast Longer(TimeSpan more) => Of(
                GraphOf.Plan(plan => plan.AddRange(graph.Subtasks.Select(subtask =>
                    subtask.Id == row.Id ? subtask with { EstimatedDuration = subtask.EstimatedDuration + more } : subtask))),
                workers: 100);
        },
        iter: Simulations.Of(500));

    private static ForecastChange Faster(string taskType, double factor) => new() { DurationFactors = new Dictionary<string, double> { [taskType] = factor } };

    /// <summary>So many subtasks that depend on nothing, of 1, 2, 3… seconds.</summary>
    private static TaskGraph Beside(int count, int gpus = 0) => GraphOf.Plan(
        plan =>
        {
            for (int i = 1; i <= count; i++)
            {
                plan.Add($"s{i}", "work", options: new() { EstimatedDuration = Seconds(i), Resources = gpus == 0 ? ResourceRequirements.None : ResourceRequirements.Of("gpu", gpus) });
            }
        },
        Ledger(4));

    private static TaskGraph Random(Random random, bool gpus = true, Action<TaskTypeOptions>? options = null) => GraphOf.Plan(
        plan =>
        {
            List<SubtaskRef> before = [];
            for (int i = random.Next(1, 30); i > 0; i--)
            {
                SubtaskRef[] after = [.. before.Where(_ => random.Next(5) == 0)];
                before.Add(plan.Add(
                    $"s{i}",
                    "work",
                    after: after,
                    options: new() { EstimatedDuration = TimeSpan.FromTicks(random.Next(3) == 0 ? random.Next(0, 4) : random.Next(1, int.MaxValue)), Resources = gpus && random.Next(2) == 0 ? ResourceRequirements.Of("gpu", random.Next(1, 5)) : ResourceRequirements.None }));
            }
        },
        Ledger(4),
        options);

    [Fact]
    public void A_forecast_looks_at_a_pool_only_when_something_happens_to_it() => Cost.IsLinear(
        pools =>
        {
            Forecast forecast = OverPools(pools);
            Assert.Equal(Seconds(20), forecast.Makespan);
            var change = new ForecastChange { Capacities = new Dictionary<string, long> { ["pool0"] = 2 } };
            return Cost.BytesOf(() => forecast.WhatIf(change));
        },
        size: 200);

    [Fact]
    public void A_pool_that_grows_again_is_waited_for_until_it_has_grown_enough()
    {
        var use = new ForecastPoolUse(capacity: 10, inUse: 0, perTick: 0.5);
        use.Begin(100);
        use.Take(10);
        use.Wait(vector: 1, amount: 2);
        use.Wait(vector: 2, amount: 4);
        use.GoTo(102);
        use.EndWait(vector: 2, amount: 4);
        use.GoTo(130);

        Assert.Equal((4, 10, 0), (use.Waited, use.Peak, use.InUse));
        Assert.Equal(10 * 20 / 2.0, use.Area);
    }

    /// <summary>Two subtasks of each pool of one place, all of ten seconds.</summary>
    private static Forecast OverPools(int pools)
    {
        ResourceAmount[] capacities = [.. Enumerable.Range(0, pools).Select(pool => new ResourceAmount($"pool{pool}", 1))];
        var ledger = new ResourcePools(capacities);
        TaskGraph graph = GraphOf.Plan(
            plan =>
            {
                for (int i = 0; i < 2 * pools; i++)
                {
                    plan.Add($"s{i}", "work", options: new() { EstimatedDuration = Seconds(10), Resources = ResourceRequirements.Of($"pool{i % pools}", 1) });
                }
            },
            ledger);
        var observed = new ObservedDurations();
        var ordering = new RunOrdering(SchedulingPolicies.CriticalPathFirst, ledger, observed, TimeProvider.System, NullLogger.Instance);
        return new Forecaster(ledger, maxParallelismTotal: null, observed, ordering).Of(graph, new RunOptions { MaxParallelism = 10_000 });
    }

    private static Forecast Of(TaskGraph graph, int workers = 5, int gpus = 4, ObservedDurations? observed = null, double earlyShare = 0)
    {
        observed ??= new ObservedDurations();
        var ordering = new RunOrdering(SchedulingPolicies.CriticalPathFirst, Ledger(gpus), observed, TimeProvider.System, NullLogger.Instance);
        return new Forecaster(Ledger(gpus), maxParallelismTotal: null, observed, ordering).Of(graph, new RunOptions { MaxParallelism = workers, Extra = new ExtraWork { EarlyShare = earlyShare } });
    }

    private static ResourcePools Ledger(int gpus) => new([new ResourceAmount("gpu", gpus)]);

    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);
}
