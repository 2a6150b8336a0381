using System.Diagnostics.Metrics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class RunMetricsTests
{
    [Fact]
    public async Task Durations_and_failures_are_measured_by_task_type_and_outcome()
    {
        await using Engine engine = Create();
        using MetricCollector<double> subtasks = Collect<double>(engine, "agent_orchestration.subtask.duration");
        using MetricCollector<double> runs = Collect<double>(engine, "agent_orchestration.run.duration");
        using MetricCollector<long> failures = Collect<long>(engine, "agent_orchestration.attempt.failures");

        await engine.RunAsync(plan =>
        {
            SubtaskRef good = plan.Add("good", "take-time", input: 3);
            SubtaskRef bad = plan.Add("bad", "fail", after: [good]);
            plan.Add("child", "take-time", input: 3, after: [bad]);
        });

        Assert.Equal(
            [(3.0, "take-time", "Succeeded"), (0.0, "fail", "Failed"), (0.0, "take-time", "Skipped")],
            subtasks.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["task_type"]!, (string)measured.Tags["state"]!)));
        Assert.Equal([(3.0, "Failed")], runs.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["outcome"]!)));
        Assert.Equal([(1L, "fail"), (1L, "fail")], failures.GetMeasurementSnapshot().Select(measured => (measured.Value, (string)measured.Tags["task_type"]!)));
    }

    [Fact]
    public async Task Tags_are_few_and_known_beforehand()
    {
        await using Engine engine = Create();
        using MetricCollector<double> subtasks = Collect<double>(engine, "agent_orchestration.subtask.duration");
        using MetricCollector<double> runs = Collect<double>(engine, "agent_orchestration.run.duration");
        using MetricCollector<long> failures = Collect<long>(engine, "agent_orchestration.attempt.failures");

        for (int run = 0; run < 3; run++)
        {
            await engine.RunAsync(plan =>
            {
                plan.Add($"good-{run}", "take-time", input: 1);
                plan.Add($"bad-{run}", "fail");
            });
        }

        Assert.Equal(
            ["state=Failed", "state=Succeeded", "task_type=fail", "task_type=take-time"],
            TagsOf(subtasks.GetMeasurementSnapshot().Select(measured => measured.Tags)));
        Assert.Equal(["outcome=Failed"], TagsOf(runs.GetMeasurementSnapshot().Select(measured => measured.Tags)));
        Assert.Equal(["task_type=fail"], TagsOf(failures.GetMeasurementSnapshot().Select(measured => measured.Tags)));
        Assert.Equal((6, 3), (subtasks.GetMeasurementSnapshot().Count, runs.GetMeasurementSnapshot().Count));
    }

    [Fact]
    public async Task However_many_ids_there_are_the_series_of_all_metrics_stay_the_same()
    {
        Assert.Equal(await SeriesAsync(10), await SeriesAsync(100_000));

        static async Task<string[]> SeriesAsync(int count)
        {
            await using Engine engine = new(builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => new ValueTask<None>()), services: services => services.AddMetrics());
            IMeterFactory meters = engine.Services.GetRequiredService<IMeterFactory>();
            HashSet<string> series = new(StringComparer.Ordinal);
            using var listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Meter.Scope == meters)
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
            listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
            listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
            listener.Start();
            await engine.RunAsync(plan =>
            {
                for (int subtask = 0; subtask < count; subtask++)
                {
                    plan.Add($"subtask-{subtask}", "work");
                }
            });
            listener.RecordObservableInstruments();
            lock (series)
            {
                return [.. series.Order(StringComparer.Ordinal)];
            }

            void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
            {
                lock (series)
                {
                    series.Add($"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
                }
            }
        }
    }

    [Fact]
    public async Task Resource_pools_are_shown_by_name()
    {
        await using Engine engine = new(
            builder => builder.AddResource("gpu", 4),
            services: services => services.AddMetrics());
        _ = engine.Services.GetServices<IRunEventSink>().ToArray();
        using MetricCollector<long> capacity = Collect<long>(engine, "agent_orchestration.resource.capacity");
        using MetricCollector<long> inUse = Collect<long>(engine, "agent_orchestration.resource.in_use");
        using MetricCollector<double> use = Collect<double>(engine, "agent_orchestration.resource.use");
        Assert.True(engine.Services.GetRequiredService<IResourceManager>().TryAcquire(ResourceRequirements.Of("gpu", 3), out _));
        engine.Clock.Advance(TimeSpan.FromSeconds(2));

        capacity.RecordObservableInstruments();
        inUse.RecordObservableInstruments();
        use.RecordObservableInstruments();

        Assert.Equal((4, 3, 6.0), (Of(capacity), Of(inUse), Of(use)));

        static T Of<T>(MetricCollector<T> collected)
            where T : struct => collected.GetMeasurementSnapshot().Single(measured => (string)measured.Tags["resource"]! == "gpu").Value;
    }

    [Fact]
    public async Task How_runs_wait_for_a_resource_is_shown_by_its_name()
    {
        await using Engine engine = new(
            builder => builder
                .AddResource("gpu", 1)
                .AddTaskType("work", "Works.", async (None _, TaskContext _, CancellationToken stop) =>
                {
                    await Task.Delay(Timeout.Infinite, stop);
                    return None.Value;
                }),
            services: services => services.AddMetrics());
        using MetricCollector<int> runs = Collect<int>(engine, "agent_orchestration.resource.waiting_runs");
        using MetricCollector<double> time = Collect<double>(engine, "agent_orchestration.resource.wait_time");
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("one", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
            plan.Add("two", "work", options: new() { Resources = ResourceRequirements.Of("gpu", 1) });
        });
        engine.Clock.Advance(TimeSpan.FromSeconds(2));

        runs.RecordObservableInstruments();
        time.RecordObservableInstruments();

        Assert.Equal((1, "gpu"), (runs.LastMeasurement!.Value, runs.LastMeasurement.Tags["resource"]));
        Assert.Equal(2.0, time.LastMeasurement!.Value);
    }

    private static IEnumerable<string> TagsOf(IEnumerable<IReadOnlyDictionary<string, object?>> measurements) =>
        measurements.SelectMany(tags => tags).Select(tag => $"{tag.Key}={tag.Value}").Distinct().Order(StringComparer.Ordinal);

    private static MetricCollector<T> Collect<T>(Engine engine, string instrument)
        where T : struct =>
        new(engine.Services.GetRequiredService<IMeterFactory>(), OrchestrationDiagnostics.MeterName, instrument);

    private static Engine Create()
    {
        Engine? engine = null;
        engine = new Engine(
            builder => builder
                .AddTaskType("take-time", "Takes time.", (int seconds, TaskContext _, CancellationToken _) =>
                {
                    engine!.Clock.Advance(TimeSpan.FromSeconds(seconds));
                    return ValueTask.FromResult("done");
                })
                .AddTaskType(
                    "fail",
                    "Fails twice.",
                    ValueTask<string> (None _, TaskContext _, CancellationToken _) => throw new InvalidTimeZoneException(),
                    options =>
                    {
                        options.Retry.MaxAttempts = 2;
                        options.Retry.Delay = TimeSpan.Zero;
                    }),
            services: services => services.AddMetrics());
        return engine;
    }
}
