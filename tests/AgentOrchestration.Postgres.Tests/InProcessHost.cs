using System.Collections.Concurrent;
using System.Globalization;
using DurableWorker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>A process within the test that drives plans of <see cref="WorkerPlan"/>, and remembers what its code did.</summary>
internal sealed class InProcessHost : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _effects = [];
    private readonly ServiceProvider _services;
    private IHostedService? _claims;

    /// <param name="connectionString">The server.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="moment">How long the code of a subtask takes.</param>
    /// <param name="lease">How long leases are valid. Default: as by default.</param>
    public InProcessHost(string connectionString, string schema, TimeSpan moment, TimeSpan? lease = null)
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options =>
            {
                options.Runs.MaxParallelism = 4;
                options.LeaseDuration = lease ?? options.LeaseDuration;
            })
            .UsePostgres(connectionString, options => options.Schema = schema)
            .AddTaskType("step", "Does something once.", async (string[] input, TaskContext context, CancellationToken stop) =>
            {
                await Task.Delay(moment, stop);
                _effects.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{context.IdempotencyKey} {context.Attempt}"));
                return $"{context.Subtask.Id}:{input.Length}";
            })
            .AddTaskType("hold", "Waits until it is told to stop.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return "never";
            })
            .ResumeInterruptedRuns();
        _services = services.BuildServiceProvider();
    }

    public ITaskOrchestrator Orchestrator => _services.GetRequiredService<ITaskOrchestrator>();

    /// <summary>Gets the effects of a run, as "key attempt" each.</summary>
    public string[] EffectsOf(string runId) => [.. _effects.Where(effect => effect.StartsWith($"{runId}/", StringComparison.Ordinal))];

    /// <summary>Claims runs that nobody drives, from now on.</summary>
    public async Task ClaimAsync()
    {
        foreach (IHostedService service in _services.GetServices<IHostedService>())
        {
            _claims = service;
            await service.StartAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_claims?.StopAsync(CancellationToken.None) ?? Task.CompletedTask);
        await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }
}
