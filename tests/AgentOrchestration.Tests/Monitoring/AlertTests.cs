using AgentOrchestration.Monitoring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class AlertTests
{
    [Fact]
    public async Task Cpu_over_80_percent_is_reported_once_when_it_begins_and_again_only_after_it_has_ended()
    {
        await using WatchedRun run = await WatchedRun.StartAsync();

        foreach (double utilization in new[] { 0.80, 0.81, 0.95, 1.00, 0.80, 0.90 })
        {
            run.PassSecond(utilization);
        }

        Assert.Equal(["cpu 81 %", "cpu 90 %"], run.Sink.Alerts.Select(alert => alert.Message[..8]));
        Assert.All(run.Sink.Alerts, alert => Assert.Equal(("cpu", null), (alert.Rule, alert.RunId)));
        Assert.Equal(TimeSpan.FromSeconds(4), run.Sink.Alerts[1].Time - run.Sink.Alerts[0].Time);
    }

    [Fact]
    public async Task Without_an_own_sink_alerts_are_in_the_log()
    {
        await using WatchedRun run = await WatchedRun.StartAsync();

        run.PassSecond(0.9);

        Assert.Contains(run.Log, line => line.Level == LogLevel.Warning && line.Message.StartsWith("Alert cpu: cpu 90 %", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_run_is_reported_with_its_id()
    {
        await using WatchedRun run = await WatchedRun.StartAsync();

        await run.FailAsync();

        Alert alert = Assert.Single(run.Sink.Alerts);
        Assert.Equal(("run-failed", run.RunId), (alert.Rule, alert.RunId));
    }

    [Fact]
    public async Task Runs_that_succeed_or_are_cancelled_are_not_reported()
    {
        await using WatchedRun good = await WatchedRun.StartAsync();
        await using WatchedRun cancelled = await WatchedRun.StartAsync();

        await good.SucceedAsync();
        Assert.Equal(RunOutcome.Cancelled, (await cancelled.CancelAsync()).Outcome);

        Assert.Empty(good.Sink.Alerts);
        Assert.Empty(cancelled.Sink.Alerts);
    }

    [Fact]
    public async Task Rules_of_the_application_replace_built_in_ones_of_their_name()
    {
        await using WatchedRun run = await WatchedRun.StartAsync(builder => builder
            .AddAlert("cpu", snapshot => snapshot.CpuUtilization < 0.10)
            .AddAlert(AlertRule.OnRunEnd("run-failed", outcome => outcome == RunOutcome.Cancelled)));

        run.PassSecond(0.99);
        run.PassSecond(0.05);
        await run.CancelAsync();

        Assert.Equal(["cpu", "run-failed"], run.Sink.Alerts.Select(alert => alert.Rule));
        Assert.StartsWith("cpu 5 %", run.Sink.Alerts[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_sees_memory_runs_and_pools()
    {
        SystemSnapshot? seen = null;
        await using WatchedRun run = await WatchedRun.StartAsync(builder => builder
            .AddResource("gpu", capacity: 2)
            .AddAlert("look", snapshot =>
            {
                seen = snapshot;
                return false;
            }));

        run.Probe.Use(TimeSpan.Zero, memoryMiB: 250);
        run.PassSecond(0.5);
        run.Probe.Use(TimeSpan.Zero, memoryMiB: 300);
        run.PassSecond(0.25);

        Assert.Equal((0.25, 1, 100L * 1024 * 1024), (seen!.CpuUtilization, seen.ActiveRuns, seen.MemoryBytes));
        Assert.Equal(2, Assert.Single(seen.Pools, pool => pool.Name == "gpu").Free);
        Assert.Same(seen, run.Monitor.Latest);
    }

    [Fact]
    public async Task A_rule_that_throws_is_logged_and_asked_again_and_keeps_no_other_from_being_asked()
    {
        int asked = 0;
        await using WatchedRun run = await WatchedRun.StartAsync(builder => builder
            .AddAlert("broken", _ => Interlocked.Increment(ref asked) == 2 ? true : throw new InvalidTimeZoneException("The rule broke."))
            .AddAlert(AlertRule.OnRunEnd("broken-end", _ => throw new InvalidTimeZoneException("The rule broke.")))
            .AddAlert("later", snapshot => snapshot.CpuUtilization > 0.5));

        run.PassSecond(0.6);
        run.PassSecond(0.6);
        Assert.Equal(RunOutcome.Succeeded, (await run.SucceedAsync()).Outcome);

        Assert.Equal(["later", "broken"], run.Sink.Alerts.Select(alert => alert.Rule));
        Assert.Contains(run.Log, line => line.Exception is InvalidTimeZoneException && line.Message.Contains("rule broken threw", StringComparison.Ordinal));
        Assert.Contains(run.Log, line => line.Exception is InvalidTimeZoneException && line.Message.Contains("rule broken-end threw", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sink_that_throws_is_logged_and_keeps_no_other_from_hearing()
    {
        await using WatchedRun run = await WatchedRun.StartAsync(builder => builder.AddAlertSink<BrokenSink>());

        run.PassSecond(0.9);
        Assert.Equal(RunOutcome.Failed, (await run.FailAsync()).Outcome);

        Assert.Equal(["cpu", "run-failed"], run.Sink.Alerts.Select(alert => alert.Rule));
        Assert.Equal(2, run.Log.Count(line => line.Exception is InvalidTimeZoneException && line.Message == "The alert sink BrokenSink threw."));
    }

    [Fact]
    public async Task A_probe_that_throws_is_logged_once_and_harms_no_run()
    {
        await using WatchedRun run = await WatchedRun.StartAsync();

        run.Probe.Break();
        run.PassSecond(0.9);
        run.PassSecond(0.9);
        run.Probe.Break(throws: false);
        run.PassSecond(0.9);
        Assert.Equal(RunOutcome.Succeeded, (await run.SucceedAsync()).Outcome);

        Assert.Single(run.Log, line => line.Message.StartsWith("The resource probe FakeProbe threw", StringComparison.Ordinal));
        Assert.Equal("cpu", Assert.Single(run.Sink.Alerts).Rule);
    }

    private sealed class BrokenSink : IAlertSink
    {
        public void OnAlert(Alert alert) => throw new InvalidTimeZoneException("The sink broke.");
    }
}
