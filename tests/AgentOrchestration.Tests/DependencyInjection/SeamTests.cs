using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plugins;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.DependencyInjection;

/// <summary>Every public seam takes an implementation of the application's own, through the builder alone.</summary>
public sealed class SeamTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_decomposer_of_the_applications_own_makes_the_plans_and_hears_what_was_wrong()
    {
        await using Engine engine = new(builder => builder.AddTaskType(Work).UseDecomposer<OwnDecomposer>());

        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(new OrchestrationRequest("A goal"), TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(("A goal", "after-UnknownTaskType"), (result.Plan.Goal, Assert.Single(result.Subtasks).Subtask.Id));
    }

    [Fact]
    public async Task A_resource_manager_of_the_applications_own_grants_every_lease()
    {
        await using Engine engine = new(builder => builder.AddTaskType(Work).UseResourceManager<OwnResources>());
        var resources = Assert.IsType<OwnResources>(engine.Services.GetRequiredService<IResourceManager>());

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 10; i++)
            {
                plan.Add($"t{i}", "work", options: new() { Resources = ResourceRequirements.Of("licence", 1) });
            }
        });
        IReadOnlyList<PlanDiagnostic> tooMuch = engine.Orchestrator.Check(
            TaskPlan.Create(plan => plan.Add("t", "work", options: new() { Resources = ResourceRequirements.Of("licence", 2) })));

        Assert.Equal(10, result.Succeeded.Count());
        Assert.Equal((10, 0), (resources.Granted, resources.InUse));
        Assert.Single(tooMuch);
    }

    [Fact]
    public async Task A_registry_of_task_types_of_the_applications_own_decides_what_can_be_done()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("ignored", "Is not in the registry.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .UseTaskTypeRegistry<OwnTaskTypes>());

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "anything-work"));
        IReadOnlyList<PlanDiagnostic> ignored = engine.Orchestrator.Check(TaskPlan.Create(plan => plan.Add("t", "ignored")));

        Assert.Equal("worked", result.GetOutput<string>("only"));
        Assert.Equal([PlanDiagnosticCode.UnknownTaskType], ignored.Select(diagnostic => diagnostic.Code));
    }

    [Fact]
    public async Task A_registry_of_plugins_of_the_applications_own_is_the_one_that_is_asked()
    {
        await using Engine engine = new(builder => builder.UsePluginRegistry<OwnPlugins>());

        JsonElement answer = await engine.Services.GetRequiredService<IPluginRegistry>().ExecuteAsync("own", "echo", JsonElement.Parse("1"), TestEnd);

        Assert.Equal("own/echo", answer.GetString());
    }

    [Fact]
    public void The_last_replacement_counts_and_is_one_instance()
    {
        using ServiceProvider services = new ServiceCollection()
            .AddAgentOrchestration()
            .UseDecomposer<OtherDecomposer>()
            .UseDecomposer<OwnDecomposer>()
            .Services.BuildServiceProvider();

        Assert.IsType<OwnDecomposer>(services.GetRequiredService<ITaskDecomposer>());
        Assert.Same(services.GetRequiredService<ITaskDecomposer>(), Assert.Single(services.GetServices<ITaskDecomposer>()));
    }

    [Fact]
    public void A_replacement_stays_when_the_library_is_added_again()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().UseResourceManager<OwnResources>();
        services.AddAgentOrchestration();

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.IsType<OwnResources>(provider.GetRequiredService<IResourceManager>());
    }

    private static TaskDescriptor Work =>
        TaskDescriptor.For("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("worked"));

    private sealed class OwnDecomposer : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TaskPlan.Create(plan =>
            {
                if (refusal is null)
                {
                    plan.Add("first", "nonsense");
                }
                else
                {
                    plan.Add($"after-{refusal.Diagnostics.Single().Code}", "work");
                }
            }));
    }

    private sealed class OtherDecomposer : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }

    /// <summary>One licence, and nothing else.</summary>
    private sealed class OwnResources : IResourceManager
    {
        private int _inUse;
        private int _granted;

        public event EventHandler? Released;

        public int Granted => _granted;

        public int InUse => _inUse;

        public long? GetCapacity(string name) => name == "licence" ? 1 : null;

        public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease)
        {
            lease = null;
            if (Interlocked.CompareExchange(ref _inUse, 1, 0) == 0)
            {
                Interlocked.Increment(ref _granted);
                lease = new ResourceLease(needs, _ =>
                {
                    Volatile.Write(ref _inUse, 0);
                    Released?.Invoke(this, EventArgs.Empty);
                });
            }

            return lease is not null;
        }

        public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => [new("licence", 1, _inUse)];
    }

    /// <summary>Knows every name that ends in "work".</summary>
    private sealed class OwnTaskTypes : ITaskTypeRegistry
    {
        private static readonly TaskDescriptor Any = Work;

        public IReadOnlyList<TaskDescriptor> TaskTypes => [Any];

        public bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType)
        {
            taskType = name.EndsWith("work", StringComparison.Ordinal) ? Any : null;
            return taskType is not null;
        }

        public JsonElement GetInputSchema(TaskDescriptor taskType) => JsonElement.Parse("""{"type": "object"}""");

        public JsonElement GetOutputSchema(TaskDescriptor taskType) => JsonElement.Parse("""{"type": "string"}""");
    }

    private sealed class OwnPlugins : IPluginRegistry
    {
        public IReadOnlyList<PluginDescriptor> Plugins => [new("own", ["echo"])];

        public Task<JsonElement> ExecuteAsync(string plugin, string taskType, JsonElement arguments, CancellationToken cancellationToken) =>
            Task.FromResult(JsonSerializer.SerializeToElement($"{plugin}/{taskType}"));
    }
}
