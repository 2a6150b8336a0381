using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

public sealed class ScriptedChatClientTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_come_in_their_order_and_requests_are_recorded()
    {
        using var chat = new ScriptedChatClient().Answer("first").Answer(request => $"You said: {request.Text}").Fail(new HttpRequestException("Too many."));

        Assert.Equal("first", (await chat.GetResponseAsync("a", cancellationToken: TestEnd)).Text);
        Assert.Equal("You said: b", (await chat.GetResponseAsync("b", new ChatOptions { Temperature = 0 }, TestEnd)).Text);
        await Assert.ThrowsAsync<HttpRequestException>(() => chat.GetResponseAsync("c", cancellationToken: TestEnd));
        InvalidOperationException over = await Assert.ThrowsAsync<InvalidOperationException>(() => chat.GetResponseAsync("d", cancellationToken: TestEnd));

        Assert.Contains("no answer to request 4: \"d\"", over.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b", "c", "d"], chat.Requests.Select(request => request.Text));
        Assert.Equal(0, chat.Requests[1].Options!.Temperature);
    }

    [Fact]
    public async Task Otherwise_answers_what_is_left()
    {
        using var chat = new ScriptedChatClient().Answer("first").Otherwise(request => request.Text.ToUpperInvariant());

        Assert.Equal("first", (await chat.GetResponseAsync("a", cancellationToken: TestEnd)).Text);
        Assert.Equal("B", (await chat.GetResponseAsync("b", cancellationToken: TestEnd)).Text);
        Assert.Equal("C", (await chat.GetResponseAsync("c", cancellationToken: TestEnd)).Text);
    }

    [Theory]
    [InlineData("one two  three\n", 4)]
    [InlineData("", 0)]
    [InlineData(" x", 1)]
    public async Task Streamed_pieces_make_up_the_text_and_usage_comes_last(string text, int tokens)
    {
        using var chat = new ScriptedChatClient().Answer(text);

        List<ChatResponseUpdate> updates = await chat.GetStreamingResponseAsync("two words", cancellationToken: TestEnd).ToListAsync(TestEnd);

        Assert.Equal(text, string.Concat(updates.Select(update => update.Text)));
        Assert.Equal(tokens, updates.Count(update => update.Text.Length > 0));
        Assert.Equal((2, tokens), (updates.ToChatResponse().Usage!.InputTokenCount, updates.ToChatResponse().Usage!.OutputTokenCount));
    }

    [Fact]
    public async Task A_stream_may_break_off()
    {
        using var chat = new ScriptedChatClient().Fail(new HttpRequestException("Cut."), after: "one two");
        List<string> seen = [];

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            await foreach (ChatResponseUpdate update in chat.GetStreamingResponseAsync("go", cancellationToken: TestEnd))
            {
                seen.Add(update.Text);
            }
        });

        Assert.Equal(["one", " two"], seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_a_simulation_a_model_takes_its_time_and_its_tokens_are_counted(bool streams)
    {
        var simulation = new RunSimulation(services => services
            .AddSingleton<IChatClient>(provider => new ScriptedChatClient(provider.GetRequiredService<TimeProvider>())
            {
                Latency = TimeSpan.FromSeconds(2),
                TokensPerSecond = 4,
            }.Otherwise(_ => "one two three four five six seven eight"))
            .AddAgentOrchestration()
            .AddTaskType("ask", "Asks.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                if (!streams)
                {
                    return (await context.Chat.GetResponseAsync("Count to eight.", cancellationToken: stop)).Text;
                }

                string text = "";
                await foreach (ChatResponseUpdate update in context.Chat.GetStreamingResponseAsync("Count to eight.", cancellationToken: stop))
                {
                    context.StreamText(update.Text);
                    text += update.Text;
                }

                return text;
            }));

        using SimulatedRun run = simulation.Run(TaskPlan.Create(plan => plan.Add("only", "ask")), seed: 1);

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromSeconds(4)), (run.Result.Outcome, run.Elapsed));
        Assert.Equal("one two three four five six seven eight", run.Result.GetOutput<string>("only"));
        Assert.Equal(11, run.Result["only"].Usage.Tokens);
    }

    [Fact]
    public void A_models_failure_is_tried_again()
    {
        var simulation = new RunSimulation(services => services
            .AddSingleton<IChatClient>(_ => new ScriptedChatClient().Fail(new HttpRequestException("Too many.")).Answer("done"))
            .AddAgentOrchestration()
            .AddTaskType(
                "ask",
                "Asks.",
                async (None _, TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync("Do it.", cancellationToken: stop)).Text,
                options => options.Retry.MaxAttempts = 2));

        using SimulatedRun run = simulation.Run(TaskPlan.Create(plan => plan.Add("only", "ask")), seed: 1);

        Assert.Equal(("done", 2), (run.Result.GetOutput<string>("only"), run.Result["only"].Attempts));
    }
}
