using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Callers;

/// <summary>An application whose code configures no await.</summary>
internal sealed class OrdinaryApplication : IAsyncDisposable
{
    public static readonly OrchestrationRequest Request = new("Do one thing.");

    public static readonly TaskPlan Work = TaskPlan.Create(plan => plan.Add("only", "work"));

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.db");
    private readonly ServiceProvider _provider;

    /// <param name="store">Where runs are kept: <c>none</c>, <c>memory</c>, <c>sqlite</c>, or <c>own</c>, one of the application.</param>
    public OrdinaryApplication(string store)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IResultCompiler<string>, Compiler>();
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options =>
            {
                options.Runs.Budget = new RunBudget { MaxAttempts = 100 };
                options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(1);
            })
            .UseDecomposer<Decomposer>()
            .AddModelEndpoint("model")
            .UsePlanCache()
            .UseResultCache()
            .AddResourceObjects<Tool>("tool", 2, static async (_, _) =>
            {
                await OrdinaryCode.AwaitAsync();
                return new Tool();
            })
            .AddPlugin<Plugin>()
            .AddTaskType("work", "Works.", static async (None _, TaskContext _, CancellationToken _) =>
            {
                await OrdinaryCode.AwaitAsync();
                return "done";
            })
            .AddTaskType("wait", "Waits until it is told to stop.", static async (None _, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return "done";
            })
            .AddTaskType(
                "fail",
                "Fails.",
                static async (None _, TaskContext _, CancellationToken _) =>
                {
                    await OrdinaryCode.AwaitAsync();
                    return Fail();
                })
            .AddTaskType(
                "ask",
                "Is asked for.",
                static async (None _, TaskContext _, CancellationToken _) =>
                {
                    await OrdinaryCode.AwaitAsync();
                    return "done";
                },
                options => options.RequiresApproval = true)
            .AddTaskType("rent", "Rents a tool.", static async (None _, TaskContext context, CancellationToken stop) =>
            {
                await BlockedThread.CallAsync(() => context.RentAsync<Tool>("tool", stop).AsTask());
                return "done";
            }, options => options.Resources = ResourceRequirements.Of("tool", 1))
            .AddBatchTaskType(
                "rent_together",
                "Rents a tool for several.",
                static async (IReadOnlyList<None> items, BatchContext context, CancellationToken stop) =>
                {
                    await BlockedThread.CallAsync(() => context.RentAsync<Tool>("tool", stop).AsTask());
                    return (IReadOnlyList<string>)[.. items.Select(_ => "done")];
                },
                options =>
                {
                    options.Effect = TaskEffect.Pure;
                    options.Resources = ResourceRequirements.Of("tool", 1);
                });
        if (store != "none")
        {
            Store = store == "sqlite" ? new SqliteRunStore(_file, TimeProvider.System)
                : store == "memory" ? new MemoryRunStore(TimeProvider.System)
                : new OrdinaryStore(new MemoryRunStore(TimeProvider.System));
            builder.UseRunStore(Store);
        }

        _provider = services.BuildServiceProvider();
    }

    public IRunStore? Store { get; }

    public IServiceProvider Services => _provider;

    public ITaskOrchestrator Orchestrator => _provider.GetRequiredService<ITaskOrchestrator>();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Starts a run of one subtask.</summary>
    public Task<OrchestrationRun> StartAsync(string taskType) => Orchestrator.StartAsync(TaskPlan.Create(plan => plan.Add("only", taskType)), TestEnd);

    /// <summary>Starts a run of one subtask and waits for its end.</summary>
    public async Task<OrchestrationRun> EndAsync(string taskType)
    {
        OrchestrationRun run = await StartAsync(taskType);
        await run.EndAsync();
        return run;
    }

    /// <summary>Disposes of the container, as an application does at its end.</summary>
    public ValueTask CloseAsync() => _provider.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        (Store as IDisposable)?.Dispose();
        File.Delete(_file);
    }

    private static string Fail() => throw new InvalidDataException("Bad data.");

    private sealed class Decomposer : ITaskDecomposer
    {
        public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
        {
            await OrdinaryCode.AwaitAsync();
            return Work;
        }
    }

    private sealed class Compiler : IResultCompiler<string>
    {
        public async ValueTask<string> CompileAsync(RunResult result, CancellationToken cancellationToken)
        {
            await OrdinaryCode.AwaitAsync();
            return result.GetOutput<string>("only");
        }
    }

    public sealed class Tool : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await OrdinaryCode.AwaitAsync();
    }

    private sealed class Plugin : IPlugin
    {
        public string Name => "plugin";

        public string Description => "Has one task type.";

        public void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType("plugged", "Works.", static async (None _, TaskContext _, CancellationToken _) =>
        {
            await OrdinaryCode.AwaitAsync();
            return "done";
        });
    }
}
