using System.ClientModel;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

public sealed class AnswerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_of_the_model_reaches_the_client()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello, ", "wörld 🌍"));
        using var client = server.Connect();

        var response = await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Equal("Hello, wörld 🌍", response.Text);
        Assert.Equal("m", response.ModelId);
        Assert.Equal("chatcmpl-0", response.ResponseId);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Fact]
    public async Task The_conversation_and_the_model_name_reach_the_model()
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        await client.GetResponseAsync(
            [
                new ChatMessage(ChatRole.System, "be brief"),
                new ChatMessage(ChatRole.User, [new TextContent("first"), new TextContent("second")]),
                new ChatMessage(ChatRole.Assistant, "noted"),
                new ChatMessage(ChatRole.User, "go"),
            ],
            cancellationToken: Token);

        Assert.Equal(
            [(ChatRole.System, "be brief"), (ChatRole.User, "firstsecond"), (ChatRole.Assistant, "noted"), (ChatRole.User, "go")],
            model.Messages.Select(message => (message.Role, message.Text)));
        Assert.Equal("m", model.Options?.ModelId);
        Assert.Null(model.Options?.ResponseFormat);
    }

    [Fact]
    public async Task A_token_is_four_characters()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("123456789"));
        using var client = server.Connect();

        var response = await client.GetResponseAsync("1234", cancellationToken: Token);

        Assert.Equal((1, 3, 4), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount, response.Usage?.TotalTokenCount));
    }

    [Fact]
    public async Task The_models_own_count_of_tokens_goes_first()
    {
        var usage = new UsageDetails { InputTokenCount = 70, OutputTokenCount = 30 };
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("1234") { Usage = usage });
        using var client = server.Connect();

        var response = await client.GetResponseAsync("1234", cancellationToken: Token);

        Assert.Equal((70, 30, 100), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount, response.Usage?.TotalTokenCount));
    }

    [Fact]
    public async Task A_model_that_throws_is_a_500_with_its_message()
    {
        var model = new RecordingModel { Failure = new InvalidOperationException("out of ideas") };
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: false));

        Assert.Equal(500, failure.Status);
        Assert.Contains("out of ideas", failure.Message, StringComparison.Ordinal);
        Assert.Equal(LoopbackOutcome.Failed, await server.Requests.Single().Outcome);
    }
}
