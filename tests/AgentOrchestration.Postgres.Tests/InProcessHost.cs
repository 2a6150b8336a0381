using System.Collections.Concurrent;
using System.Globalization;
using DurableWorker;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>A process within the test that drives plans of <see cref="WorkerPlan"/>, and remembers what its code did.</summary>
internal sealed class InProcessHost : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _effects = [];
    private readonly ServiceProvider _services;

    /// <param name="connectionString">The server.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="moment">How long the code of a subtask takes.</param>
    public InProcessHost(string connectionString, string schema, TimeSpan moment)
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 4)
            .UsePostgres(connectionString, options => options.Schema = schema)
            .AddTaskType("step", "Does something once.", async (string[] input, TaskContext context, CancellationToken stop) =>
            {
                await Task.Delay(moment, stop);
                _effects.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{context.IdempotencyKey} {context.Attempt}"));
                return $"{context.Subtask.Id}:{input.Length}";
            });
        _services = services.BuildServiceProvider();
    }

    public ITaskOrchestrator Orchestrator => _services.GetRequiredService<ITaskOrchestrator>();

    /// <summary>Gets the effects of a run, as "key attempt" each.</summary>
    public string[] EffectsOf(string runId) => [.. _effects.Where(effect => effect.StartsWith($"{runId}/", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }
}
