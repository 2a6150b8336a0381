using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Monitoring;

/// <summary>A run that goes on until the test ends it, in a process whose usage the test decides.</summary>
internal sealed class WatchedRun : IAsyncDisposable
{
    private readonly TaskCompletionSource<string> _work = new();
    private readonly Engine _engine;
    private OrchestrationRun? _run;

    private WatchedRun(Action<IAgentOrchestrationBuilder>? configure) => _engine = new Engine(
        builder =>
        {
            builder.AddTaskType("work", "Works.", async (None _, TaskContext _, CancellationToken stop) => await _work.Task.WaitAsync(stop));
            configure?.Invoke(builder);
            builder.Services.AddSingleton<IAlertSink>(Sink);
        },
        services: services => services.AddFakeLogging().AddSingleton<IResourceProbe>(Probe));

    public FakeProbe Probe { get; } = new();

    public RecordingAlertSink Sink { get; } = new();

    public IReadOnlyList<FakeLogRecord> Log => _engine.Services.GetFakeLogCollector().GetSnapshot();

    public SystemMonitor Monitor => _engine.Services.GetRequiredService<SystemMonitor>();

    public string RunId => _run!.RunId;

    public static async Task<WatchedRun> StartAsync(Action<IAgentOrchestrationBuilder>? configure = null)
    {
        var watched = new WatchedRun(configure);
        watched._run = await watched._engine.StartOneAsync();
        return watched;
    }

    /// <summary>Lets a second pass in which a share of both cores is used.</summary>
    public void PassSecond(double utilization)
    {
        Probe.Use(TimeSpan.FromSeconds(2 * utilization));
        _engine.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    public Task<RunResult> SucceedAsync() => EndAsync(() => _work.SetResult("done"));

    public Task<RunResult> FailAsync() => EndAsync(() => _work.SetException(new InvalidTimeZoneException("The work broke.")));

    public Task<RunResult> CancelAsync() => EndAsync(() => { });

    public async ValueTask DisposeAsync()
    {
        await _run!.DisposeAsync();
        await _engine.DisposeAsync();
    }

    /// <summary>Ends the run and waits until everybody has heard of it.</summary>
    private async Task<RunResult> EndAsync(Action end)
    {
        end();
        if (!_work.Task.IsCompleted)
        {
            await _run!.CancelAsync(TestContext.Current.CancellationToken);
        }

        RunResult result = await _run!.WaitAsync(TestContext.Current.CancellationToken);
        await _run.DisposeAsync();
        return result;
    }
}
