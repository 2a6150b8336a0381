using System.Runtime.CompilerServices;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Which answers of models the result cache keeps, and for whom.</summary>
public sealed class CachedAnswerTests
{
    [Theory]
    [InlineData("provider", "model", false)]
    [InlineData("provider", "other", true)]
    [InlineData("other", "model", true)]
    [InlineData(null, null, true)]
    public async Task An_answer_is_found_again_with_the_same_model_only(string? provider, string? name, bool isAskedAgain)
    {
        var cache = new FakeDistributedCache();
        await AskAsync(cache, new Model("provider", "model"));

        var second = new Model(provider, name);
        await AskAsync(cache, second);

        Assert.Equal(isAskedAgain ? 1 : 0, second.Asked);
    }

    [Theory]
    [InlineData("large", false)]
    [InlineData("small", true)]
    public async Task An_answer_of_a_client_with_a_key_is_found_again_with_the_same_model_only(string second, bool isAskedAgain)
    {
        var cache = new FakeDistributedCache();
        await AskWriterAsync(cache, new Model("provider", "large"));
        var writer = new Model("provider", second);

        await AskWriterAsync(cache, writer);

        Assert.Equal(isAskedAgain ? 1 : 0, writer.Asked);

        static async Task AskWriterAsync(IDistributedCache cache, Model writer)
        {
            await using Engine engine = new(
                builder => builder.UseResultCache().AddTaskType(
                    "write",
                    "Asks the writer.",
                    async (TaskContext context, CancellationToken stop) => (await context.Services.GetRequiredKeyedService<IChatClient>("writer").GetResponseAsync("?", cancellationToken: stop)).Text,
                    options => options.Effect = TaskEffect.Pure),
                services: services => services.AddSingleton(cache).AddSingleton<IChatClient>(new Model("provider", "other")).AddKeyedSingleton<IChatClient>("writer", writer));
            await engine.RunAsync(plan => plan.Add("only", "write"));
        }
    }

    [Theory]
    [InlineData("stop", false, false)]
    [InlineData("stop", true, false)]
    [InlineData("length", false, true)]
    [InlineData("length", true, true)]
    [InlineData("content_filter", false, true)]
    [InlineData("content_filter", true, true)]
    public async Task An_answer_that_was_cut_off_or_filtered_is_not_kept(string reason, bool isStreamed, bool isAskedAgain)
    {
        var cache = new FakeDistributedCache();
        var model = new Model("provider", "model") { Reason = new ChatFinishReason(reason) };
        await AskAsync(cache, model, isStreamed);

        await AskAsync(cache, model, isStreamed);

        Assert.Equal(isAskedAgain ? 2 : 1, model.Asked);
    }

    [Fact]
    public async Task Code_can_keep_its_result_out_of_the_cache()
    {
        int runs = 0;
        await using Engine engine = new(builder => builder.UseResultCache().AddTaskType(
            "work",
            "Works.",
            (TaskContext context) =>
            {
                context.DoNotCache();
                return ++runs;
            },
            options => options.Effect = TaskEffect.Pure));
        await engine.RunAsync(plan => plan.Add("only", "work"));

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "work"));

        Assert.Equal(2, result["only"].Output);
    }

    private static async Task AskAsync(IDistributedCache cache, Model model, bool isStreamed = false)
    {
        await using Engine engine = new(
            builder => builder.UseResultCache().AddTaskType(
                "ask",
                "Asks.",
                async (TaskContext context, CancellationToken stop) => isStreamed
                    ? (await context.Chat.GetStreamingResponseAsync("Question?", cancellationToken: stop).ToChatResponseAsync(stop)).Text
                    : (await context.Chat.GetResponseAsync("Question?", cancellationToken: stop)).Text,
                options => options.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton(cache).AddSingleton<IChatClient>(model));
        RunResult result = await engine.RunAsync(plan => plan.Add("only", "ask"));
        Assert.Equal("answer", result["only"].Output);
    }

    private sealed class Model(string? provider, string? name) : IChatClient
    {
        public int Asked { get; private set; }

        public ChatFinishReason Reason { get; init; } = ChatFinishReason.Stop;

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Asked++;
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "answer")) { FinishReason = Reason });
        }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            {
                yield return update;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(provider, defaultModelId: name) : null;

        public void Dispose()
        {
        }
    }
}
