using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning.Model;

public sealed class PlanningChatClientTests
{
    private const string Plan = """{"subtasks":[{"id":"a","type":"ask","arguments":"What is new?"}]}""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_keyed_client_plans_and_tasks_keep_the_client_without_a_key()
    {
        var planner = new ScriptedModel(Plan, Plan);
        var worker = new ScriptedModel("Nothing.");
        await using ServiceProvider services = Application.Services(worker, configure: builder =>
        {
            builder.Services.AddKeyedSingleton<IChatClient>("planner", planner);
            AddAsk(builder).UsePlanningChatClient("planner");
        });

        await using OrchestrationRun run = await services.GetRequiredService<ITaskOrchestrator>().StartAsync(Application.Request, TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal("Nothing.", result["a"].Output);
        Assert.Equal((1, 1), (planner.Asked.Count, worker.Asked.Count));
        Assert.Equal("What is new?", Assert.Single(worker.Asked[0]).Text);
    }

    [Fact]
    public async Task A_keyed_client_plans_where_there_is_no_other()
    {
        var planner = new ScriptedModel(Application.SoundPlan);

        ITaskOrchestrator orchestrator = Application.With(model: null, configure: builder =>
        {
            builder.UsePlanningChatClient("planner");
            builder.Services.AddKeyedSingleton<IChatClient>("planner", planner);
        });

        Assert.Equal(2, (await orchestrator.PlanAsync(Application.Request, TestEnd)).Subtasks.Count);
    }

    [Fact]
    public async Task A_key_that_nothing_is_registered_under_is_named()
    {
        ITaskOrchestrator orchestrator = Application.With(new ScriptedModel(Application.SoundPlan), configure: builder => builder.UsePlanningChatClient("planer"));

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => orchestrator.PlanAsync(Application.Request, TestEnd));

        Assert.Contains("AddKeyedChatClient(\"planer\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cached_plan_belongs_to_the_model_that_plans()
    {
        var cache = new Optimization.FakeDistributedCache();
        var one = new ScriptedModel(Application.SoundPlan) { Metadata = new ChatClientMetadata("p", null, "one") };
        var two = new ScriptedModel(Application.SoundPlan) { Metadata = new ChatClientMetadata("p", null, "two") };

        foreach (ScriptedModel planner in (ScriptedModel[])[one, two, one])
        {
            await using ServiceProvider services = Application.Services(new ScriptedModel(), configure: builder =>
            {
                builder.Services.AddSingleton<Microsoft.Extensions.Caching.Distributed.IDistributedCache>(cache);
                builder.Services.AddKeyedSingleton<IChatClient>("planner", planner);
                builder.UsePlanningChatClient("planner").UsePlanCache();
            });
            await services.GetRequiredService<ITaskOrchestrator>().PlanAsync(Application.Request, TestEnd);
        }

        Assert.Equal((1, 1), (one.Asked.Count, two.Asked.Count));
    }

    private static IAgentOrchestrationBuilder AddAsk(IAgentOrchestrationBuilder builder) => builder.AddTaskType(
        "ask", "Asks a model.", async (string question, TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync(question, cancellationToken: stop)).Text);
}
