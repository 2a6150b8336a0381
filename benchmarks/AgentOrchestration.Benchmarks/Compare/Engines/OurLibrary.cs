using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>
/// The library as an application has it, with default options and one task type. The only place that knows how to start a graph that
/// was checked before, for which there is no public call.
/// </summary>
internal sealed class OurLibrary : IAsyncDisposable
{
    public const string TaskType = "body";

    private readonly ServiceProvider _services;
    private readonly IExecutor _executor;
    private readonly PlanChecker _checker;
    private readonly RunOptions _options;

    private OurLibrary(IServiceCollection services)
    {
        _services = services.BuildServiceProvider();
        _executor = _services.GetRequiredService<IExecutor>();
        _checker = new PlanChecker(
            _services.GetRequiredService<ITaskTypeRegistry>(),
            _services.GetRequiredService<IResourceManager>(),
            _services.GetRequiredService<PayloadSerializer>());
        AgentOrchestrationOptions options = _services.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value;
        _options = new RunOptions { MaxParallelism = options.Runs.MaxParallelism, CancellationGracePeriod = options.Runs.CancellationGracePeriod };
    }

    /// <summary>The body as a delegate: the short form.</summary>
    public static OurLibrary WithDelegate(TaskBody body)
    {
        Func<ValueTask<Answer>> run = body.RunAsync;
        return Create((_, builder) => builder.AddTaskType(TaskType, "Runs the body.", (None _, TaskContext _, CancellationToken _) => run()));
    }

    /// <summary>The body as a class from the container, in a scope for each attempt.</summary>
    public static OurLibrary WithHandler(TaskBody body) =>
        Create((services, builder) =>
        {
            services.AddSingleton(body).AddScoped<BodyService>();
            builder.AddTaskType<BodyHandler>();
        });

    public static TaskPlan CreatePlan(ShapedGraph graph) => GraphPlans.Create(graph, TaskType);

    /// <summary>The checked form of a plan.</summary>
    public TaskGraph Check(TaskPlan plan) =>
        _checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
        ?? throw new InvalidOperationException($"The plan was refused: {diagnostics[0].Message}");

    /// <summary>With <see cref="Open"/>, what <see cref="ITaskOrchestrator.StartAsync(TaskPlan, RunOptions?, CancellationToken)"/> does once the plan is checked.</summary>
    public ValueTask<IRunHandle> StartAsync(TaskGraph graph) => _executor.StartAsync(graph, _options, CancellationToken.None);

    /// <summary>The run as its user has it.</summary>
    public OrchestrationRun Open(IRunHandle run) => new(run, _options, _services, Task.CompletedTask);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static OurLibrary Create(Action<IServiceCollection, IAgentOrchestrationBuilder> register)
    {
        var services = new ServiceCollection();
        register(services, services.AddAgentOrchestration());
        return new OurLibrary(services);
    }
}
