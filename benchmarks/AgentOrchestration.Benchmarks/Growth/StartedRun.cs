namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>A run, and the application that it belongs to.</summary>
internal sealed class StartedRun : IAsyncDisposable
{
    private readonly GrowthHost _host;

    private StartedRun(GrowthHost host, OrchestrationRun run)
    {
        _host = host;
        Run = run;
    }

    public OrchestrationRun Run { get; }

    public ITaskOrchestrator Orchestrator => _host.Orchestrator;

    /// <summary>Starts a run that goes on.</summary>
    public static async Task<StartedRun> StartAsync(GrowthHost host, TaskPlan plan) => new(host, await host.Orchestrator.StartAsync(plan));

    /// <summary>Starts a run and waits for its end.</summary>
    public static async Task<StartedRun> EndAsync(GrowthHost host, TaskPlan plan)
    {
        StartedRun started = await StartAsync(host, plan);
        await GrowthHost.EndAsync(started.Run);
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        await Run.DisposeAsync();
        await _host.DisposeAsync();
    }
}
