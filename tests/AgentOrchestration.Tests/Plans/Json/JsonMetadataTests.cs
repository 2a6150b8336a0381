using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Plans.Json;

/// <summary>With a <see cref="JsonSerializerContext"/>, what a plan needs of it is known before the run.</summary>
public sealed partial class JsonMetadataTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_type_that_the_context_lacks_is_a_diagnostic_with_the_attribute_to_add()
    {
        await using Engine engine = With(Lacking.Default.Options);

        PlanDiagnostic diagnostic = Assert.Single(engine.Orchestrator.Check(PlanOf(Lacking.Default.Options)));

        Assert.Equal((PlanDiagnosticCode.MissingJsonMetadata, "/subtasks/1/type"), (diagnostic.Code, diagnostic.Path));
        Assert.Contains("[JsonSerializable(typeof(AgentOrchestration.Tests.Plans.Json.JsonMetadataTests.Item[]))]", diagnostic.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(PlanOf(Lacking.Default.Options), TestEnd));
    }

    [Fact]
    public async Task With_the_list_type_a_for_each_runs_without_reflection()
    {
        await using Engine engine = With(Whole.Default.Options);
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(PlanOf(Whole.Default.Options), TestEnd);

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, 2), (result.Outcome, result["sum"].Output));
    }

    [Fact]
    public async Task A_model_is_not_asked_again_for_what_only_the_application_can_add()
    {
        const string Plan = """
            {"subtasks":[{"id":"list","type":"list"},{"id":"each","type":"work","forEach":"list/values","dependsOn":["list"]}]}
            """;
        var model = new ScriptedModel(Plan, Plan, Plan);
        await using Engine engine = With(Lacking.Default.Options, model);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.PlanAsync(new OrchestrationRequest("Work"), TestEnd));

        Assert.Contains(refusal.Diagnostics, diagnostic => diagnostic.Code == PlanDiagnosticCode.MissingJsonMetadata);
        Assert.Single(model.Asked);
    }

    [Fact]
    public void A_task_type_whose_output_the_context_lacks_is_refused_with_the_attribute_to_add()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.JsonSerializerOptions = Lacking.Default.Options)
            .AddTaskType<None, List<Dictionary<string, Item?>>>("maps", "Makes maps.", (_, _, _) => new([]));
        using ServiceProvider provider = services.BuildServiceProvider();

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ITaskTypeRegistry>);

        Assert.Contains(
            "[JsonSerializable(typeof(System.Collections.Generic.List<System.Collections.Generic.Dictionary<string, AgentOrchestration.Tests.Plans.Json.JsonMetadataTests.Item>>))]",
            refusal.Message,
            StringComparison.Ordinal);
    }

    private static Engine With(JsonSerializerOptions json, IChatClient? model = null) => new(
        builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(new Items([new("a"), new("b")])))
            .AddTaskType("work", "Works.", (Item item, TaskContext _, CancellationToken _) => ValueTask.FromResult(item))
            .AddTaskType("sum", "Counts.", (Items items, TaskContext _, CancellationToken _) => ValueTask.FromResult(items.Values.Count)),
        options => options.JsonSerializerOptions = json,
        services =>
        {
            if (model is not null)
            {
                services.AddSingleton(model);
            }
        });

    private static TaskPlan PlanOf(JsonSerializerOptions json) => TaskPlan.Create(
        plan =>
        {
            SubtaskRef each = plan.ForEach("each", plan.Add("list", "list").Output("/values"), "work");
            plan.Add("sum", "sum", new JsonObject { ["values"] = each.Output() });
        },
        json);

    internal sealed record Item(string Name);

    internal sealed record Items(IReadOnlyList<Item> Values);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Items))]
    [JsonSerializable(typeof(int))]
    private sealed partial class Lacking : JsonSerializerContext;

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Items))]
    [JsonSerializable(typeof(Item[]))]
    [JsonSerializable(typeof(int))]
    private sealed partial class Whole : JsonSerializerContext;
}
