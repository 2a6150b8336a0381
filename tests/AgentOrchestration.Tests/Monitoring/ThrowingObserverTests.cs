using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Monitoring;

/// <summary>Whoever observes runs may throw: the runs do the same as without.</summary>
[Collection(nameof(ThrowingObserverTests))]
[CollectionDefinition(nameof(ThrowingObserverTests), DisableParallelization = true)]
public sealed class ThrowingObserverTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nothing")]
    [InlineData("sample")]
    [InlineData("started")]
    [InlineData("stopped")]
    [InlineData("current")]
    [InlineData("mutates")]
    public async Task A_listener_of_activities_changes_nothing_of_what_a_run_does(string throwsAt)
    {
        int calls = 0;
        using ActivityListener listener = ListenerThat(throwsAt, () => calls++);

        string without = await DoAsync();
        string with = "";
        ActivitySource.AddActivityListener(listener);
        EventHandler<ActivityChangedEventArgs> onChange = (_, _) => throw new InvalidOperationException("The listener of changes threw.");
        if (throwsAt == "current")
        {
            Activity.CurrentChanged += onChange;
        }

        try
        {
            with = await DoAsync();
        }
        finally
        {
            Activity.CurrentChanged -= onChange;
        }

        Assert.Equal("Failed: good Succeeded 1, evil Failed 1 UnreadableException, flaky Succeeded 2, slow Failed 1 TimeoutException", without);
        Assert.Equal(without, with);
        Assert.NotEqual(0, calls);
    }

    [Fact]
    public async Task A_run_that_is_refused_is_refused_with_the_same_error_when_a_listener_throws()
    {
        using ActivityListener listener = ListenerThat("stopped", () => { });
        ActivitySource.AddActivityListener(listener);
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult("output"));

        await Assert.ThrowsAsync<InvalidPlanException>(() => engine.StartAsync(plan => plan.Add("only", "unknown")));
    }

    [Fact]
    public void A_listener_that_throws_when_it_is_asked_whether_it_listens_leaves_out_tracing_only()
    {
        using var listener = new ActivityListener { ShouldListenTo = source => source.Name == "asked in vain" ? throw new InvalidOperationException("It threw.") : false };
        ActivitySource.AddActivityListener(listener);

        Assert.Null(RunTracing.CreateSource("asked in vain"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_of_measurements_changes_nothing_of_what_a_run_does(bool throwsWhenPublished)
    {
        // Other tests make instruments of this name at the same time.
        var isMine = new AsyncLocal<bool>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (isMine.Value && instrument.Meter.Name == OrchestrationDiagnostics.MeterName)
            {
                to.EnableMeasurementEvents(instrument);
                _ = throwsWhenPublished ? throw new InvalidOperationException("The listener threw.") : 0;
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("The listener threw."));
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("The listener threw."));
        string without = await DoAsync();
        listener.Start();
        isMine.Value = true;

        Assert.Equal(without, await DoAsync());
    }

    [Theory]
    [InlineData("create")]
    [InlineData("enabled")]
    [InlineData("log")]
    public async Task A_log_that_throws_changes_nothing_of_what_a_run_does(string where)
    {
        using var log = new ThrowingLog(where);

        Assert.Equal(await DoAsync(), await DoAsync(services => services.AddLogging(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log))));
        Assert.True(log.HasThrown);
    }

    [Fact]
    public async Task A_sink_that_throws_when_it_is_asked_whether_it_is_enabled_receives_nothing_and_harms_no_run()
    {
        var sink = new UndecidedSink();

        Assert.Equal(await DoAsync(), await DoAsync(services => services.AddSingleton<IRunEventSink>(sink)));
        Assert.Equal(0, sink.Received);
    }

    /// <summary>A run in which something succeeds, fails with what cannot be read, succeeds at the second time, and takes too long.</summary>
    private static async Task<string> DoAsync(Action<IServiceCollection>? services = null)
    {
        await using Engine engine = new(
            builder => builder
                .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) => WorkAsync(context), options =>
                {
                    options.Retry.MaxAttempts = 3;
                    options.Retry.Delay = TimeSpan.Zero;
                    options.Retry.ShouldRetry = exception => exception is IOException;
                })
                .AddTaskType(
                    "slow",
                    "Ignores that it is told to stop.",
                    async (None _, TaskContext _, CancellationToken _) =>
                    {
                        await Task.Delay(Timeout.Infinite, TestEnd);
                        return "never";
                    },
                    options => options.Timeout = TimeSpan.FromSeconds(5)),
            services: services);
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("good", "work");
            plan.Add("evil", "work");
            plan.Add("flaky", "work");
            plan.Add("slow", "slow");
        });
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        await engine.AdvanceUntilAsync(DisposeAsync(run), TimeSpan.FromMilliseconds(100));
        return $"{result.Outcome}: {string.Join(", ", result.Subtasks.Select(subtask => $"{subtask.Subtask.Id} {subtask.State} {subtask.Attempts} {subtask.Error?.Kind}".TrimEnd()))}";
    }

    private static async Task<bool> DisposeAsync(OrchestrationRun run)
    {
        await run.DisposeAsync();
        return true;
    }

    private static async ValueTask<string> WorkAsync(TaskContext context)
    {
        await Task.Yield();
        return context.Subtask.Id switch
        {
            "evil" => throw new UnreadableException(),
            "flaky" when context.Attempt == 1 => throw new IOException("It was flaky."),
            _ => "output",
        };
    }

    private static ActivityListener ListenerThat(string throwsAt, Action onCall)
    {
        return new ActivityListener
        {
            ShouldListenTo = source => source.Name == OrchestrationDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => Act("sample") ? throw new InvalidOperationException("The listener threw.") : ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                if (Act("started"))
                {
                    throw new InvalidOperationException("The listener threw.");
                }

                if (throwsAt == "mutates")
                {
                    activity.SetTag("agent_orchestration.run.id", "another");
                    activity.Stop();
                    Activity.Current = null;
                }
            },
            ActivityStopped = activity =>
            {
                if (Act("stopped"))
                {
                    throw new InvalidOperationException("The listener threw.");
                }
            },
        };

        bool Act(string now)
        {
            onCall();
            return throwsAt == now;
        }
    }

    [SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Thrown here only.")]
    private sealed class UnreadableException : Exception
    {
        public override string Message => throw new InvalidOperationException("The message threw.");
    }

    private sealed class UndecidedSink : IRunEventSink
    {
        public bool IsEnabled => throw new InvalidOperationException("The sink cannot decide.");

        public int Received { get; private set; }

        public void OnEvent(string runId, RunEvent runEvent) => Received++;
    }

    private sealed class ThrowingLog(string where) : ILoggerProvider, ILogger
    {
        public bool HasThrown { get; private set; }

        public ILogger CreateLogger(string categoryName)
        {
            ThrowIf("create");
            return this;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            ThrowIf("enabled");
            return true;
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => ThrowIf("log");

        public void Dispose()
        {
        }

        private void ThrowIf(string now)
        {
            if (where == now)
            {
                HasThrown = true;
                throw new InvalidOperationException("The log threw.");
            }
        }
    }
}
