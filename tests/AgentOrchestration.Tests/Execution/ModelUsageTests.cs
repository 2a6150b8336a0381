using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>What calls of models are counted as, and what they cost.</summary>
public sealed class ModelUsageTests
{
    private static readonly PriceTable Prices = PriceTable.Of(new Dictionary<string, ModelPrice> { ["m"] = new(0.01m, 0.10m, CachedInputPerToken: 0.001m) });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_counted_by_model_and_kind_and_costs_its_price(bool isStreamed)
    {
        var details = new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 50, OutputTokenCount = 10, ReasoningTokenCount = 4 };
        (details.AdditionalCounts ??= [])["cache_creation_input_tokens"] = 20;

        TaskUsage usage = await UsageOfAsync(isStreamed, new AnsweringModel("m", details));

        decimal cost = (50 * 0.01m) + (50 * 0.001m) + (10 * 0.10m);
        Assert.Equal((100L, 10L, cost), (usage.InputTokens, usage.OutputTokens, usage.Cost));
        Assert.Equal(
            new ModelUsage
            {
                Model = "m",
                InputTokens = 100,
                CachedInputTokens = 50,
                CacheWriteTokens = 20,
                OutputTokens = 10,
                ReasoningTokens = 4,
                Cost = cost,
                PricedCalls = 1,
            },
            Assert.Single(usage.Models));
    }

    [Fact]
    public async Task A_stream_that_reports_in_pieces_is_one_call()
    {
        TaskUsage usage = await UsageOfAsync(
            true, new AnsweringModel("m", new UsageDetails { InputTokenCount = 100 }, new UsageDetails { OutputTokenCount = 10 }));

        Assert.Equal(
            new ModelUsage { Model = "m", InputTokens = 100, OutputTokens = 10, Cost = (100 * 0.01m) + (10 * 0.10m), PricedCalls = 1 }, Assert.Single(usage.Models));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_reports_nothing_is_a_call_of_unknown_cost(bool isStreamed)
    {
        TaskUsage usage = await UsageOfAsync(isStreamed, new AnsweringModel("m"));

        Assert.Equal(new ModelUsage { Model = "m" }, Assert.Single(usage.Models));
    }

    [Theory]
    [InlineData("other")]
    [InlineData(null)]
    [InlineData("line\nbreak")]
    public async Task A_model_without_a_price_costs_nothing_that_is_known(string? model)
    {
        TaskUsage usage = await UsageOfAsync(false, new AnsweringModel(model, new UsageDetails { InputTokenCount = 100, OutputTokenCount = 1 }));

        ModelUsage counted = Assert.Single(usage.Models);
        Assert.Equal((model == "other" ? "other" : null, null, 0L, 0m), (counted.Model, counted.Cost, counted.PricedCalls, usage.Cost));
    }

    [Fact]
    public async Task Cached_tokens_that_a_client_leaves_out_of_the_input_are_added_to_it()
    {
        TaskUsage usage = await UsageOfAsync(false, new AnsweringModel("m", new UsageDetails { InputTokenCount = 10, CachedInputTokenCount = 90, OutputTokenCount = 0 }));

        Assert.Equal((100L, (10 * 0.01m) + (90 * 0.001m)), (usage.InputTokens, usage.Cost));
    }

    [Theory]
    [InlineData(160, 150)]
    [InlineData(110, 100)]
    [InlineData(null, 100)]
    public async Task Cached_tokens_that_the_reported_total_counts_beside_the_input_are_added_to_it(int? total, int input)
    {
        TaskUsage usage = await UsageOfAsync(false, new AnsweringModel("m", new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 50, OutputTokenCount = 10, TotalTokenCount = total }));

        Assert.Equal(input, usage.InputTokens);
    }

    [Fact]
    public async Task A_stream_that_reports_in_pieces_has_the_price_of_the_whole_call()
    {
        var prices = PriceTable.Parse("""{ "m": { "input_cost_per_token": 1, "output_cost_per_token": 2, "input_cost_per_token_above_1k_tokens": 3, "output_cost_per_token_above_1k_tokens": 5 } }""");

        TaskUsage usage = await UsageOfAsync(true, new AnsweringModel("m", new UsageDetails { InputTokenCount = 2_000 }, new UsageDetails { OutputTokenCount = 10 }), prices);

        Assert.Equal((2_000 * 3) + (10 * 5), usage.Cost);
    }

    [Fact]
    public async Task A_budget_in_money_ends_a_run_by_the_prices_of_its_calls()
    {
        await using Engine engine = Asking(false, new AnsweringModel("m", new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10 }), options => options.Runs.Budget = new RunBudget { MaxCost = 3 });

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef last = plan.Add("t0", "ask");
            for (int i = 1; i < 4; i++)
            {
                last = plan.Add($"t{i}", "ask", after: [last]);
            }
        });

        // Two dollars a call: the second exceeds the budget.
        Assert.Equal((RunOutcome.BudgetExhausted, BudgetLimit.Cost, 4m), (result.Outcome, result.Run.ExhaustedBudget, result.Run.Usage.Cost));
        Assert.Equal(2, Assert.Single(result.Run.Usage.Models).Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_is_refused_is_not_counted(bool isStreamed)
    {
        await using Engine engine = Asking(isStreamed, new AnsweringModel("m") { Refusal = new InvalidOperationException("Too many requests.") });

        RunResult result = await engine.RunAsync(plan => plan.Add("t0", "ask"));

        Assert.Equal(("Too many requests.", TaskUsage.None), (result["t0"].Error!.Message, result.Run.Usage));
    }

    [Fact]
    public async Task Reports_with_negative_numbers_of_a_model_are_refused()
    {
        await using Engine engine = new(builder => builder.AddTaskType("ask", "Reports.", (TaskContext context) =>
        {
            context.ReportUsage(TaskUsage.Of(new ModelUsage { Model = "m", CachedInputTokens = -1 }));
            return "done";
        }));

        RunResult result = await engine.RunAsync(plan => plan.Add("t0", "ask"));

        Assert.Contains("'cachedInputTokens' of the model 'm' is -1", result["t0"].Error!.Message, StringComparison.Ordinal);
    }

    private static async Task<TaskUsage> UsageOfAsync(bool isStreamed, AnsweringModel model, PriceTable? prices = null)
    {
        await using Engine engine = Asking(isStreamed, model, prices: prices);
        RunResult result = await engine.RunAsync(plan => plan.Add("t0", "ask"));
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        return result.Run.Usage;
    }

    private static Engine Asking(bool isStreamed, AnsweringModel model, Action<AgentOrchestrationOptions>? options = null, PriceTable? prices = null) => new(
        builder => builder.UsePrices(prices ?? Prices).AddTaskType("ask", "Asks.", async (TaskContext context, CancellationToken stop) => isStreamed
            ? (await context.Chat.GetStreamingResponseAsync("Question?", cancellationToken: stop).ToChatResponseAsync(stop)).Text
            : (await context.Chat.GetResponseAsync("Question?", cancellationToken: stop)).Text),
        options,
        services => services.AddSingleton<IChatClient>(model));

    /// <summary>Answers every question alike, and reports usage in pieces when it streams.</summary>
    private sealed class AnsweringModel(string? model, params UsageDetails[] usage) : IChatClient
    {
        public Exception? Refusal { get; init; }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Refusal is not null ? Task.FromException<ChatResponse>(Refusal) : Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "answer")) { ModelId = model, Usage = usage.FirstOrDefault() });

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (Refusal is not null)
            {
                throw Refusal;
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, "answer") { ModelId = model };
            foreach (UsageDetails piece in usage)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(piece)]) { ModelId = model };
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
