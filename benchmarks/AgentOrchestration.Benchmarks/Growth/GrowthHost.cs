using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>An application with a few task types: <c>work</c> does nothing, <c>yield</c> lets others run, <c>fail</c> fails, <c>stay</c> runs until it is told to stop.</summary>
internal sealed class GrowthHost : IAsyncDisposable
{
    public const string Work = "work";
    public const string Yield = "yield";
    public const string Fail = "fail";
    public const string Stay = "stay";

    private readonly ServiceProvider _services;

    private GrowthHost(ServiceProvider services)
    {
        _services = services;
        Orchestrator = services.GetRequiredService<ITaskOrchestrator>();
    }

    public IServiceProvider Services => _services;

    public ITaskOrchestrator Orchestrator { get; }

    public static GrowthHost Create(Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? register = null)
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration(options ?? (static _ => { }))
            .AddTaskType<None, None>(Work, "Does nothing.", static (_, _, _) => new(None.Value))
            .AddTaskType<None, None>(Yield, "Lets others run.", static async (_, _, _) =>
            {
                await Task.Yield();
                return None.Value;
            })
            .AddTaskType<None, None>(Fail, "Fails.", static (_, _, _) => throw new InvalidOperationException("It fails."))
            .AddTaskType<None, None>(Stay, "Stays until it is told to stop.", static async (_, _, cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return None.Value;
            });
        register?.Invoke(builder);
        return new GrowthHost(builder.Services.BuildServiceProvider());
    }

    /// <summary>Runs a plan to its end.</summary>
    public async Task RunAsync(TaskPlan plan, RunOutcome outcome = RunOutcome.Succeeded)
    {
        await using OrchestrationRun run = await Orchestrator.StartAsync(plan);
        await EndAsync(run, outcome);
    }

    /// <summary>Waits for the end of a run.</summary>
    public static async Task EndAsync(OrchestrationRun run, RunOutcome outcome = RunOutcome.Succeeded)
    {
        RunResult result = await run.WaitAsync();
        if (result.Outcome != outcome)
        {
            throw new InvalidOperationException($"The run ended as {result.Outcome}, not as {outcome}.");
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
