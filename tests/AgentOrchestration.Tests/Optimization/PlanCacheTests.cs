using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Optimization;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Tests.Optimization;

public sealed class PlanCacheTests
{
    private const string OtherPlan = """{"subtasks":[{"id":"other","type":"read_csv","arguments":{"path":"b.csv"},"resources":{"gpu":2}}]}""";
    private const string BadPlan = """{"subtasks":[{"id":"a","type":"sing"}]}""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_was_planned_before_asks_no_model_and_has_the_same_plan()
    {
        var model = new ScriptedModel(Application.SoundPlan) { Usage = new UsageDetails { InputTokenCount = 5, OutputTokenCount = 5 } };
        await using ServiceProvider services = Services(model);

        TaskPlan first = await PlanAsync(services);
        TaskPlan second = await PlanAsync(services);

        Assert.Single(model.Asked);
        Assert.Equal(first.ToJson(), second.ToJson());
        Assert.Equal((10, 0), (first.Planning!.Tokens, second.Planning!.Tokens));
    }

    [Fact]
    public async Task It_is_found_by_requests_that_are_started_too_and_begins_at_once()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        await using ServiceProvider services = Services(model);
        var orchestrator = services.GetRequiredService<ITaskOrchestrator>();

        await using OrchestrationRun first = await orchestrator.StartAsync(Application.Request, TestEnd);
        await using OrchestrationRun second = await orchestrator.StartAsync(Application.Request, TestEnd);
        RunResult result = await second.EndAsync();

        Assert.Single(model.Asked);
        Assert.Equal(["rows", "text"], result.Plan.Subtasks.Select(subtask => subtask.Id));
    }

    [Fact]
    public async Task Every_subtask_of_a_found_plan_is_told_once()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        await using ServiceProvider services = Services(model);
        await PlanAsync(services);
        List<string> told = [];

        await new CachingTaskDecomposer(services.GetRequiredService<ITaskDecomposer>(), services.GetRequiredService<PlanCache>())
            .DecomposeAsync(Application.Request, refusal: null, subtask => told.Add(subtask.Id), TestEnd);

        Assert.Equal(["rows", "text"], told);
    }

    [Fact]
    public async Task The_order_of_inputs_is_all_the_same_and_their_values_are_not()
    {
        var model = new ScriptedModel(Application.SoundPlan, OtherPlan, OtherPlan);
        await using ServiceProvider services = Services(model);

        await PlanAsync(services, new OrchestrationRequest("Go") { Inputs = { ["a"] = 1, ["b"] = "x" } });
        await PlanAsync(services, new OrchestrationRequest("Go") { Inputs = { ["b"] = "x", ["a"] = 1 } });
        Assert.Single(model.Asked);

        await PlanAsync(services, new OrchestrationRequest("Go") { Inputs = { ["a"] = 2, ["b"] = "x" } });
        await PlanAsync(services, new OrchestrationRequest("go") { Inputs = { ["a"] = 1, ["b"] = "x" } });
        Assert.Equal(3, model.Asked.Count);
    }

    [Theory]
    [InlineData("same", false)]
    [InlineData("capacity", false)]
    [InlineData("version", true)]
    [InlineData("description", true)]
    [InlineData("schema", true)]
    [InlineData("another type", true)]
    [InlineData("another resource", true)]
    [InlineData("model", true)]
    [InlineData("decomposer", true)]
    [InlineData("instructions", true)]
    public async Task What_a_plan_comes_from_decides_whether_it_is_found(string change, bool isPlannedAnew)
    {
        var shared = new FakeDistributedCache();
        var before = new ScriptedModel(Application.SoundPlan) { Metadata = new ChatClientMetadata("p", null, "m1") };
        await using (ServiceProvider services = Services(before, Share))
        {
            await PlanAsync(services);
        }

        var after = new ScriptedModel(Application.SoundPlan) { Metadata = new ChatClientMetadata("p", null, change == "model" ? "m2" : "m1") };
        await using ServiceProvider changed = Services(after, builder =>
        {
            Share(builder);
            _ = change switch
            {
                "another resource" => builder.AddResource("disk", 1),
                "decomposer" => builder.UseDecomposer<Own>(),
                _ => builder,
            };
            if (change == "capacity")
            {
                builder.AddResource("memory", 123_456);
            }
        }, change, options => options.Planning.Instructions = change == "instructions" ? "Read nothing twice." : null);

        await PlanAsync(changed);

        Assert.Equal(isPlannedAnew, after.Asked.Count + Own.TakeAsked() == 1);

        void Share(IAgentOrchestrationBuilder builder) => builder.Services.AddSingleton<IDistributedCache>(shared);
    }

    [Fact]
    public async Task A_plan_that_no_longer_passes_the_checks_is_made_anew_and_replaced()
    {
        var model = new ScriptedModel(OtherPlan, Application.SoundPlan);
        await using ServiceProvider services = Services(model);
        await PlanAsync(services);

        services.GetRequiredService<IAdjustableResources>().SetCapacity("gpu", 1);

        Assert.Equal("rows", (await PlanAsync(services)).Subtasks[0].Id);
        Assert.Equal("rows", (await PlanAsync(services)).Subtasks[0].Id);
        Assert.Equal([2, 2], model.Asked.Select(messages => messages.Count));
    }

    [Fact]
    public async Task Only_good_plans_are_kept()
    {
        var model = new ScriptedModel(BadPlan, BadPlan, BadPlan, BadPlan, Application.SoundPlan);
        await using ServiceProvider services = Services(model);

        await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(services));
        await PlanAsync(services);
        await PlanAsync(services);

        Assert.Equal(5, model.Asked.Count);
    }

    [Fact]
    public async Task A_plan_is_put_warmed_and_made_invalid_explicitly()
    {
        var model = new ScriptedModel(Application.SoundPlan, OtherPlan, Application.SoundPlan);
        await using ServiceProvider services = Services(model);
        var control = services.GetRequiredService<IPlanCacheControl>();

        Assert.Equal("rows", (await control.WarmAsync(Application.Request, TestEnd)).Subtasks[0].Id);
        await control.WarmAsync(Application.Request, TestEnd);
        Assert.Single(model.Asked);

        await control.PutAsync(Application.Request, TaskPlan.FromJson(OtherPlan).With(edit => edit.Replace("other", one => one with { Description = "Mine" })), TestEnd);
        Assert.Equal("Mine", (await PlanAsync(services)).Subtasks[0].Description);
        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => control.PutAsync(Application.Request, TaskPlan.FromJson(BadPlan), TestEnd).AsTask());
        Assert.Equal(PlanDiagnosticCode.UnknownTaskType, refusal.Diagnostics[0].Code);
        Assert.Equal("Mine", (await PlanAsync(services)).Subtasks[0].Description);

        await control.InvalidateAsync(new OrchestrationRequest("Another"), TestEnd);
        Assert.Equal("Mine", (await PlanAsync(services)).Subtasks[0].Description);
        await control.InvalidateAsync(Application.Request, TestEnd);
        Assert.Equal("other", (await PlanAsync(services)).Subtasks[0].Id);
        await control.InvalidateAllAsync(TestEnd);
        Assert.Equal("rows", (await PlanAsync(services)).Subtasks[0].Id);
        Assert.Equal(3, model.Asked.Count);
    }

    [Fact]
    public async Task What_is_held_for_approval_is_held_in_a_plan_from_the_cache_too()
    {
        var model = new ScriptedModel(Application.SoundPlan);
        await using ServiceProvider services = Services(model, options: options => options.Planning.ApprovalScope = ApprovalScope.Changes);

        await PlanAsync(services);

        Assert.All((await PlanAsync(services)).Subtasks, subtask => Assert.True(subtask.Policy!.RequiresApproval));
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_cache_that_is_broken_costs_a_planning_and_no_request()
    {
        var model = new ScriptedModel(Application.SoundPlan, Application.SoundPlan);
        await using ServiceProvider services = Services(model, builder => builder.Services.AddSingleton<HybridCache>(new BrokenCache(onlyWrites: false)));

        await PlanAsync(services);
        Assert.Equal("rows", (await PlanAsync(services)).Subtasks[0].Id);
        Assert.Equal(2, model.Asked.Count);
    }

    [Fact]
    public async Task What_stands_in_the_cache_and_is_no_plan_is_planned_anew()
    {
        var model = new ScriptedModel(Application.SoundPlan, Application.SoundPlan);
        await using ServiceProvider services = Services(model);
        await PlanAsync(services);

        await services.GetRequiredService<HybridCache>().SetAsync("agent-orchestration:plan:" + KeyOf(services).Of(Application.Request), """{"version":9}"""u8.ToArray(), cancellationToken: TestEnd);

        Assert.Equal("rows", (await PlanAsync(services)).Subtasks[0].Id);
        Assert.Equal(2, model.Asked.Count);
    }

    [Fact]
    public void A_time_to_live_of_nothing_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new ServiceCollection().AddAgentOrchestration().UsePlanCache(options => options.TimeToLive = TimeSpan.Zero));

    private static PlanKey KeyOf(IServiceProvider services) => new(
        services.GetRequiredService<ITaskTypeRegistry>(),
        services.GetRequiredService<IResourceManager>(),
        services.GetRequiredService<PayloadSerializer>(),
        Seam<ITaskDecomposer>.Innermost(services),
        services.GetRequiredService<PlanningChatClient>(),
        services.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value.Planning);

    private static ServiceProvider Services(
        ScriptedModel model, Action<IAgentOrchestrationBuilder>? configure = null, string? change = null, Action<AgentOrchestrationOptions>? options = null) => Application.Services(
        model,
        options,
        builder =>
        {
            builder.UsePlanCache();
            if (change == "schema")
            {
                builder.AddTaskType("extra", "Extra.", (int _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
            }
            else
            {
                builder.AddTaskType(
                    "extra",
                    change == "description" ? "More." : "Extra.",
                    (string _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1),
                    made => made.Version = change == "version" ? 2 : 1);
            }

            if (change == "another type")
            {
                builder.AddTaskType("more", "More.", (string _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
            }

            configure?.Invoke(builder);
        });

    private static Task<TaskPlan> PlanAsync(IServiceProvider services, OrchestrationRequest? request = null) =>
        services.GetRequiredService<ITaskOrchestrator>().PlanAsync(request ?? Application.Request, TestEnd);

    private sealed class Own : ITaskDecomposer
    {
        private static int _asked;

        public static int TakeAsked() => Interlocked.Exchange(ref _asked, 0);

        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return ValueTask.FromResult(TaskPlan.FromJson(Application.SoundPlan));
        }
    }
}
