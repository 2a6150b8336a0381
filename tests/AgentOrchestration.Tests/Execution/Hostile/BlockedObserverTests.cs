using System.Diagnostics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Hostile;

/// <summary>Code that only observes runs: what blocks is not waited for without end, and what disposes of its own run does not wait for itself.</summary>
public sealed class BlockedObserverTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disposing_of_a_run_does_not_wait_for_a_sink_that_blocks_and_the_log_names_the_sink()
    {
        using var log = new LogOfWarnings();
        using var open = new ManualResetEventSlim();
        var sink = new TestSink((_, _) => open.Wait(TestEnd));
        await using Engine engine = With(sink, log);
        OrchestrationRun run = await engine.StartOneAsync();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        await sink.Entered.InTimeAsync();
        DateTimeOffset begin = engine.Clock.GetUtcNow();

        Task disposal = run.DisposeAsync().AsTask();
        await AdvanceAsync(engine, Grace - TimeSpan.FromMilliseconds(1));
        Assert.False(disposal.IsCompleted);
        await engine.AdvanceUntilAsync(Completed(disposal), TimeSpan.FromMilliseconds(100));

        Assert.True(engine.Clock.GetUtcNow() - begin >= Grace);
        open.Set();
        Assert.Contains(log.Lines, line => line.Contains(run.RunId, StringComparison.Ordinal) && line.Contains(nameof(TestSink), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sink_that_makes_progress_is_waited_for()
    {
        using var log = new LogOfWarnings();
        using var next = new SemaphoreSlim(0);
        int received = 0;
        var sink = new TestSink((_, _) =>
        {
            next.Wait(TestEnd);
            Interlocked.Increment(ref received);
        });
        await using Engine engine = With(sink, log);
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));
        await run.EndAsync();
        int events = (await Engine.EventsAsync(run)).Count;

        Task disposal = run.DisposeAsync().AsTask();
        for (int i = 1; i <= events; i++)
        {
            // In all much longer than the grace period, but each event comes within it.
            await AdvanceAsync(engine, Grace * 0.9);
            next.Release();
            await UntilAsync(() => Volatile.Read(ref received) == i);
            Assert.Equal(i == events, i == events || disposal.IsCompleted);
        }

        await disposal.InTimeAsync();
        Assert.Equal(events, received);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public async Task A_sink_that_never_catches_up_is_waited_for_no_longer_than_code_that_was_told_to_stop()
    {
        using var log = new LogOfWarnings();
        using var next = new SemaphoreSlim(0);
        int received = 0;
        var sink = new TestSink((_, _) =>
        {
            next.Wait(TestEnd);
            Interlocked.Increment(ref received);
        });
        await using Engine engine = With(sink, log, options => options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(3));
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));
        await run.EndAsync();

        Task disposal = run.DisposeAsync().AsTask();
        for (int i = 1; i <= 2; i++)
        {
            await AdvanceAsync(engine, TimeSpan.FromSeconds(1.4));
            next.Release();
            await UntilAsync(() => Volatile.Read(ref received) == i);
        }

        await engine.AdvanceUntilAsync(Completed(disposal), TimeSpan.FromMilliseconds(10));

        Assert.Equal(2, received);
        Assert.Contains(log.Lines, line => line.Contains(nameof(TestSink), StringComparison.Ordinal));
        next.Release(100);
    }

    [Theory]
    [InlineData("sink")]
    [InlineData("alert sink")]
    [InlineData("alert rule")]
    public async Task An_answer_does_not_wait_for_an_observer_that_blocks_and_the_log_names_it(string what)
    {
        using var log = new LogOfWarnings();
        using var open = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sink = new TestSink((_, _) => Block());
        var alerts = new AlertSink(_ => Block());
        await using Engine engine = new(
            builder =>
            {
                AddWork(builder);
                builder.Services.AddSingleton<IChatClient>(new ScriptedModel("""{"subtasks":[{"id":"a","type":"work"}]}""", "answer"));
                switch (what)
                {
                    case "sink":
                        builder.Services.AddSingleton<IRunEventSink>(sink);
                        break;
                    case "alert sink":
                        builder.AddAlert(AlertRule.OnRunEnd("ended", _ => true)).Services.AddSingleton<IAlertSink>(alerts);
                        break;
                    default:
                        builder.AddAlert(AlertRule.OnRunEnd("blocking", _ =>
                        {
                            Block();
                            return false;
                        }));
                        break;
                }
            },
            services: log.AddTo);

        Task<string> run = engine.Orchestrator.RunAsync<string>(new OrchestrationRequest("goal"), TestEnd);
        await entered.Task.InTimeAsync();
        string answer = await engine.AdvanceUntilAsync(run, TimeSpan.FromMilliseconds(50));

        open.Set();
        Assert.Equal("answer", answer);
        Assert.Contains(log.Lines, line => line.Contains(what switch { "sink" => nameof(TestSink), "alert sink" => nameof(AlertSink), _ => "the rule blocking" }, StringComparison.Ordinal));

        void Block()
        {
            entered.TrySetResult();
            open.Wait(TestEnd);
        }
    }

    [Fact]
    public async Task What_is_learned_from_a_run_does_not_wait_for_an_alert_sink_that_blocks()
    {
        using var open = new ManualResetEventSlim();
        var entered = new TaskCompletionSource();
        var alerts = new AlertSink(_ =>
        {
            entered.TrySetResult();
            open.Wait(TestEnd);
        });
        await using Engine engine = new(
            builder => AddWork(builder.AddAlert(AlertRule.OnRunEnd("ended", _ => true))), services: services => services.AddSingleton<IAlertSink>(alerts));
        OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();
        await entered.Task.InTimeAsync();

        // No run is active any longer, so nothing is sampled.
        engine.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(engine.Services.GetRequiredService<SystemMonitor>().Latest);
        open.Set();
        await run.DisposeInTimeAsync();
    }

    [Theory]
    [InlineData("sink", "run")]
    [InlineData("sink", "provider")]
    [InlineData("alert sink", "run")]
    [InlineData("alert sink", "provider")]
    public Task Disposing_in_an_observer_does_not_wait_for_itself(string where, string what) => DisposeInsideAsync(where, what);

    [Theory]
    [InlineData("handler", "run")]
    [InlineData("handler", "provider")]
    [InlineData("nested handler", "run")]
    [InlineData("nested handler", "provider")]
    [InlineData("token callback", "run")]
    [InlineData("token callback", "provider")]
    public Task Disposing_in_code_of_a_run_does_not_wait_for_itself(string where, string what) => DisposeInsideAsync(where, what);

    private static async Task DisposeInsideAsync(string where, string what)
    {
        Engine engine = null!;
        using var log = new LogOfWarnings();
        var own = new TaskCompletionSource<OrchestrationRun>();
        var disposed = new TaskCompletionSource();
        var sink = new TestSink((_, runEvent) => DisposeIf(where == "sink" && runEvent is AttemptStarted));
        var alerts = new AlertSink(_ => DisposeIf(where == "alert sink"));
        engine = new Engine(
            builder => builder
                .AddAlert(AlertRule.OnRunEnd("ended", _ => true))
                .AddTaskType("work", "Works.", async (None _, TaskContext context, CancellationToken stop) =>
                {
                    if (where == "sink")
                    {
                        // The run is active while its sink disposes of it.
                        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    }

                    if (where == "nested handler" && context.Subtask.Id == "only")
                    {
                        OrchestrationRun nested = await engine.StartAsync(plan => plan.Add("nested", "work"));
                        await nested.WaitAsync(CancellationToken.None);
                    }

                    if (where == "token callback")
                    {
                        OrchestrationRun run = await own.Task;
                        await using CancellationTokenRegistration registration = stop.Register(() => DisposeIf(true));
                        await run.CancelAsync(CancellationToken.None);
                        await disposed.Task;
                    }

                    DisposeIf(where == "handler" || context.Subtask.Id == "nested");
                    return "output";
                }),
            services: services =>
            {
                log.AddTo(services);
                services.AddSingleton<IRunEventSink>(sink);
                services.AddSingleton<IAlertSink>(alerts);
            });
        OrchestrationRun run = await engine.StartOneAsync();
        own.SetResult(run);

        // On a clock that stands still, so that nothing ends because a time is over.
        await disposed.Task.InTimeAsync();
        await run.EndAsync();
        await run.DisposeInTimeAsync();
        await engine.DisposeAsync();
        Assert.DoesNotContain(log.Lines, line => line.Contains("not waited for", StringComparison.Ordinal));

        void DisposeIf(bool isTime)
        {
            if (isTime && !disposed.Task.IsCompleted)
            {
                // As blocking as it can be: on the thread of the caller.
                IAsyncDisposable disposable = what == "run" ? own.Task.GetAwaiter().GetResult() : (IAsyncDisposable)engine.Services;
                disposable.DisposeAsync().AsTask().GetAwaiter().GetResult();
                disposed.TrySetResult();
            }
        }
    }

    private static Engine With(TestSink sink, LogOfWarnings log, Action<AgentOrchestrationOptions>? options = null) =>
        new(builder => AddWork(builder), options, services =>
        {
            log.AddTo(services);
            services.AddSingleton<IRunEventSink>(sink);
        });

    private static IAgentOrchestrationBuilder AddWork(IAgentOrchestrationBuilder builder) =>
        builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output"));

    private static async Task<bool> Completed(Task task)
    {
        await task;
        return true;
    }

    private static async Task AdvanceAsync(Engine engine, TimeSpan time)
    {
        engine.Clock.Advance(time);
        for (int i = 0; i < 100 && (i < 10 || ThreadPool.PendingWorkItemCount > 0); i++)
        {
            await Task.Yield();
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Watchdog.Check(begin, "what the sink receives");
            await Task.Yield();
        }
    }

    private sealed class TestSink(Action<string, RunEvent> onEvent) : IRunEventSink
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsEnabled => true;

        public Task Entered => _entered.Task;

        public void OnEvent(string runId, RunEvent runEvent)
        {
            _entered.TrySetResult();
            onEvent(runId, runEvent);
        }
    }

    private sealed class AlertSink(Action<Alert> onAlert) : IAlertSink
    {
        public void OnAlert(Alert alert) => onAlert(alert);
    }
}
