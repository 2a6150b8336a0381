using System.Runtime.CompilerServices;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Planning;

public sealed class PlanningBudgetTests
{
    private const string BadPlan = """{"subtasks":[{"id":"a","type":"sing"}]}""";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static UsageDetails HundredAndTen => new() { InputTokenCount = 100, OutputTokenCount = 10 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_planning_used_over_all_rounds_is_told_with_the_plan(bool streamed)
    {
        var model = new ScriptedModel(BadPlan, "no JSON", Application.SoundPlan) { Usage = HundredAndTen };

        TaskPlan plan = await PlanAsync(model, streamed);

        Assert.Equal((3, 300, 30, 330, false), (plan.Planning!.Rounds, plan.Planning.InputTokens, plan.Planning.OutputTokens, plan.Planning.Tokens, plan.Planning.IsEstimated));
        Assert.All(model.Options, options => Assert.Null(options!.MaxOutputTokens));
        Assert.DoesNotContain("lanning", plan.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_tokens_are_used_up_a_refused_plan_is_not_sent_back_any_more_and_the_refusal_says_so(bool streamed)
    {
        var model = new ScriptedModel(BadPlan, "no JSON", Application.SoundPlan) { Usage = HundredAndTen };

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(model, streamed, options => options.Planning.MaxTokens = 150));

        Assert.Equal([150, 40], model.Options.Select(options => options!.MaxOutputTokens));
        Assert.Equal(PlanDiagnosticCode.PlanningBudget, refusal.Diagnostics[0].Code);
        Assert.Equal(PlanDiagnosticCode.Malformed, refusal.Diagnostics[1].Code);
        Assert.Contains("used 220 tokens in 2 rounds", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at most 150", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((2, 220), (refusal.Refusal.Planning!.Rounds, refusal.Refusal.Planning.Tokens));
    }

    [Fact]
    public async Task A_sound_plan_is_taken_whatever_it_used()
    {
        var model = new ScriptedModel(Application.SoundPlan) { Usage = HundredAndTen };

        Assert.Equal(110, (await PlanAsync(model, streamed: false, options => options.Planning.MaxTokens = 1)).Planning!.Tokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tokens_that_nobody_told_are_estimated_so_that_the_budget_holds(bool streamed)
    {
        var model = new ScriptedModel(BadPlan, Application.SoundPlan);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(model, streamed, options => options.Planning.MaxTokens = 20));

        PlanningUsage used = refusal.Refusal.Planning!;
        Assert.Equal((1, true), (used.Rounds, used.IsEstimated));
        Assert.Equal((BadPlan.Length + 3) / 4, used.OutputTokens);
        Assert.InRange(used.InputTokens, 400, 4_000);
    }

    [Fact]
    public async Task What_an_answer_that_broke_off_has_used_counts_too()
    {
        using var model = new BreakingModel(new ScriptedModel(Application.SoundPlan) { Usage = HundredAndTen });
        await using OrchestrationRun run = await Application.With(model).StartAsync(Application.Request, TestEnd);

        Assert.Equal((107, 13, false), (run.Plan.Planning!.InputTokens, run.Plan.Planning.OutputTokens, run.Plan.Planning.IsEstimated));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Planning_is_counted_by_model_and_costs_its_price(bool streamed)
    {
        var prices = PriceTable.Of(new Dictionary<string, ModelPrice> { ["planner"] = new(0.01m, 0.10m) });
        var model = new ScriptedModel(BadPlan, Application.SoundPlan) { Usage = HundredAndTen, Metadata = new ChatClientMetadata("provider", defaultModelId: "planner") };

        PlanningUsage used = (await PlanAsync(model, streamed, builder: builder => builder.UsePrices(prices))).Planning!;

        decimal cost = 2 * ((100 * 0.01m) + (10 * 0.10m));
        Assert.Equal((200, 20, cost), (used.InputTokens, used.OutputTokens, used.Cost));
        Assert.Equal([new ModelUsage { Model = "planner", Calls = 2, InputTokens = 200, OutputTokens = 20, Cost = cost, PricedCalls = 2 }], used.Models);
    }

    [Fact]
    public async Task What_a_model_does_not_report_of_a_plan_is_estimated_in_the_totals_and_unknown_by_model()
    {
        PlanningUsage used = (await PlanAsync(new ScriptedModel(Application.SoundPlan), streamed: false)).Planning!;

        Assert.True(used is { IsEstimated: true, OutputTokens: > 0 });
        Assert.Equal([new ModelUsage()], used.Models);
    }

    [Fact]
    public async Task When_the_time_is_over_planning_is_cancelled_with_what_was_wrong_so_far()
    {
        var clock = new FakeTimeProvider();
        int asked = 0;
        var model = new ScriptedModel(BadPlan, Application.SoundPlan)
        {
            Before = async stop =>
            {
                if (++asked == 2)
                {
                    clock.Advance(TimeSpan.FromSeconds(50));
                }

                clock.Advance(TimeSpan.FromSeconds(20));
                await Task.Delay(asked == 2 ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, stop);
            },
        };

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(
            model, streamed: false, options => options.Planning.MaxTime = TimeSpan.FromMinutes(1), clock));

        Assert.Equal([PlanDiagnosticCode.PlanningBudget, PlanDiagnosticCode.UnknownTaskType], refusal.Diagnostics.Take(2).Select(diagnostic => diagnostic.Code));
        Assert.Contains("has taken 90 s in 2 rounds", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((2, TimeSpan.FromSeconds(90)), (refusal.Refusal.Planning!.Rounds, refusal.Refusal.Planning.Duration));
    }

    [Fact]
    public async Task A_caller_that_cancels_hears_that_and_no_refusal()
    {
        using var cancelled = new CancellationTokenSource();
        var model = new ScriptedModel(Application.SoundPlan) { Before = async stop => { await cancelled.CancelAsync(); await Task.Delay(Timeout.Infinite, stop); } };
        ITaskOrchestrator orchestrator = Application.With(model, options => options.Planning.MaxTime = TimeSpan.FromMinutes(1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestrator.PlanAsync(Application.Request, cancelled.Token));
    }

    [Theory]
    [InlineData(0L, null)]
    [InlineData(null, 0)]
    [InlineData(null, 31)]
    public void Budgets_of_nothing_are_refused(long? tokens, int? days) =>
        Assert.Throws<OptionsValidationException>(() => Application.With(model: null, options =>
        {
            options.Planning.MaxTokens = tokens;
            options.Planning.MaxTime = days is { } number ? TimeSpan.FromDays(number) : null;
        }));

    /// <summary>Plans a request, by itself or as its run is started.</summary>
    private static async Task<TaskPlan> PlanAsync(ScriptedModel model, bool streamed, Action<AgentOrchestrationOptions>? options = null, TimeProvider? clock = null, Action<IAgentOrchestrationBuilder>? builder = null)
    {
        ITaskOrchestrator orchestrator = Application.With(
            model,
            options,
            application =>
            {
                application.Services.AddSingleton(clock ?? TimeProvider.System);
                builder?.Invoke(application);
            });
        if (!streamed)
        {
            return await orchestrator.PlanAsync(Application.Request, TestEnd);
        }

        await using OrchestrationRun run = await orchestrator.StartAsync(Application.Request, TestEnd);
        return run.Plan;
    }

    /// <summary>Begins to write, says what it has used, and breaks off.</summary>
    private sealed class BreakingModel(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new TextContent("{"), new UsageContent(new UsageDetails { InputTokenCount = 7, OutputTokenCount = 3 })]);
            throw new HttpRequestException("Cut.");
        }
    }
}
