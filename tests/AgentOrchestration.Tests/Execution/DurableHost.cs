using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Stands for processes that come and go, while a store stays.</summary>
internal sealed class DurableHost(Action<IAgentOrchestrationBuilder> configure, Action<AgentOrchestrationOptions>? options = null)
{
    public ShiftedClock Clock { get; } = new();

    public MemoryRunStore Store => field ??= new MemoryRunStore(Clock);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>A process.</summary>
    /// <param name="store">The store as this process sees it. Default: as it is.</param>
    /// <param name="also">What is different in this process. Default: nothing.</param>
    public ServiceProvider NewProcess(IRunStore? store = null, Action<IAgentOrchestrationBuilder>? also = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options).UseRunStore(store ?? Store);
        configure(builder);
        also?.Invoke(builder);
        ForeignParts.AddWhereWanted(builder);
        return services.BuildServiceProvider();
    }

    public static ITaskOrchestrator OrchestratorOf(ServiceProvider process) => process.GetRequiredService<ITaskOrchestrator>();

    /// <summary>Starts the hosted services of a process, as a host does.</summary>
    public static async Task StartAsync(ServiceProvider process)
    {
        foreach (IHostedService service in process.GetServices<IHostedService>())
        {
            await service.StartAsync(TestEnd);
        }
    }

    /// <summary>Stops the hosted services of a process, as a host does.</summary>
    /// <param name="process">The process.</param>
    /// <param name="shutdownTimeout">Is cancelled when the host's <c>ShutdownTimeout</c> is over.</param>
    public static async Task StopAsync(ServiceProvider process, CancellationToken shutdownTimeout)
    {
        foreach (IHostedService service in process.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(shutdownTimeout);
        }
    }

    public async Task<string> OnlyRunIdAsync() => (await RunsAsync()).Single().RunId;

    public async Task<StoredRun[]> RunsAsync()
    {
        List<StoredRun> runs = [];
        await foreach (StoredRun run in Store.ListAsync(new RunQuery(), TestEnd))
        {
            runs.Add(run);
        }

        return [.. runs];
    }

    /// <summary>The process of a run is gone: its lease expires.</summary>
    public void ProcessDies() => Clock.Advance(TimeSpan.FromMinutes(1));

    public async Task<RunResult> ResumeToEndAsync(string runId, Action<IAgentOrchestrationBuilder>? also = null)
    {
        await using ServiceProvider process = NewProcess(also: also);
        await using OrchestrationRun run = await OrchestratorOf(process).ResumeAsync(runId, TestEnd);
        return await run.EndAsync();
    }

    /// <summary>The run as it would be if only so much of its journal had been written.</summary>
    public async Task<MemoryRunStore> CutAsync(string runId, int events)
    {
        var cut = new MemoryRunStore(Clock);
        ReadOnlyMemory<byte> header = (await Store.ReadHeaderAsync(runId, TestEnd))!.Value;
        RunLease lease = (await cut.CreateAsync(new NewRun(runId, Clock.GetUtcNow(), header), "dead", TimeSpan.FromSeconds(1), TestEnd))!;
        if (events > 0)
        {
            ReadOnlyMemory<byte>[] beginning = [.. (await JournalAsync(runId)).Take(events).Select(line => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(line))];
            await cut.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = beginning }, TestEnd);
        }

        await cut.ReleaseLeaseAsync(lease, TestEnd);
        return cut;
    }

    /// <summary>The journal as text.</summary>
    public async Task<string[]> JournalAsync(string runId)
    {
        List<string> events = [];
        await foreach (ReadOnlyMemory<byte> content in Store.ReadAsync(runId, 0, TestEnd))
        {
            events.Add(System.Text.Encoding.UTF8.GetString(content.Span));
        }

        return [.. events];
    }
}
