using System.Text;
using System.Text.Json;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>A plan run by the engine of production in virtual time, against a scripted model server that is the application's chat client.</summary>
/// <param name="model">The server.</param>
/// <param name="configure">Adds task types and features.</param>
internal sealed class SimulatedWork(ScriptedModelOptions model, Action<IAgentOrchestrationBuilder> configure)
{
    /// <summary>Gets what a feature puts around the server, before the engine's own client. Default: nothing.</summary>
    public Func<IServiceProvider, IChatClient, IChatClient> Wrap { get; init; } = (_, server) => server;

    /// <summary>Gets how many attempts may run at a time. Default: any number.</summary>
    public int MaxParallelism { get; init; } = 10_000;

    /// <summary>Gets within which time a run is to be done, so that calls may wait. Default: none does.</summary>
    public TimeSpan? DeferCallsWithin { get; init; }

    /// <summary>Gets when the limits of the server change, and by which factor. Default: never.</summary>
    public (TimeSpan At, double Factor)? Change { get; init; }

    /// <summary>Gets what else a trial reports. Default: nothing.</summary>
    public Func<SimulatedRun, ScriptedModelServer, IReadOnlyDictionary<string, double>> Figures { get; init; } = (_, _) => new Dictionary<string, double>();

    public OptimizeTrial Run(TaskPlan plan, int seed)
    {
        ScriptedModelServer? server = null;
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton(provider => server = new ScriptedModelServer(model, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton(provider => Wrap(provider, provider.GetRequiredService<ScriptedModelServer>()));
            configure(services.AddAgentOrchestration(options => (options.Runs.MaxParallelism, options.Runs.DeferCallsWithin) = (MaxParallelism, DeferCallsWithin)));
        })
        {
            MaxSteps = 50_000_000,
            Patience = TimeSpan.Zero,
        };
        using SimulatedRun run = simulation.Run(plan, seed, script =>
        {
            if (Change is { } change)
            {
                script.At(change.At, _ =>
                {
                    server!.ScaleLimits(change.Factor);
                    return ValueTask.CompletedTask;
                });
            }
        });
        ScriptedModelTotals totals = server?.Totals ?? new ScriptedModelTotals();
        return new OptimizeTrial(totals.Requests, totals.InputTokens + totals.OutputTokens, totals.Cost, run.Elapsed, OutputsOf(run.Result))
        {
            Figures = Figures(run, server!),
        };
    }

    private static string OutputsOf(RunResult result)
    {
        var text = new StringBuilder();
        foreach (SubtaskSnapshot subtask in result.Subtasks)
        {
            text.Append(subtask.Subtask.Id).Append(' ').Append(subtask.State).Append(' ').Append(JsonSerializer.Serialize(subtask.Output)).Append('\n');
        }

        return text.ToString();
    }
}
