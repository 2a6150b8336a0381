using System.ClientModel;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

public sealed class StreamingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_text_arrives_in_order_and_in_small_pieces()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello, ", "world"), new() { ChunkLength = 3 });
        using var client = server.Connect();

        var updates = await client.GetStreamingResponseAsync("hi", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(["Hel", "lo,", " ", "wor", "ld"], updates.Select(update => update.Text).Where(text => text.Length > 0));
        Assert.Equal(ChatFinishReason.Stop, updates.ToChatResponse().FinishReason);
        Assert.True(server.Requests.Single().IsStreamed);
        Assert.Equal(LoopbackOutcome.Answered, await server.Requests.Single().Outcome);
    }

    [Fact]
    public async Task No_character_is_cut_in_two()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("a🌍b🌍🌍"), new() { ChunkLength = 2 });
        using var client = server.Connect();

        var text = await client.AskAsync(streamed: true);

        Assert.Equal("a🌍b🌍🌍", text);
    }

    [Fact]
    public async Task The_SDK_asks_for_the_usage_of_a_stream_and_gets_it()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("1234", "5678", "9"));
        using var client = server.Connect();

        var response = await client.GetStreamingResponseAsync("1234", cancellationToken: Token).ToChatResponseAsync(Token);

        Assert.True(server.Requests.Single().WantsStreamUsage);
        Assert.Equal((1, 3, 4), (response.Usage?.InputTokenCount, response.Usage?.OutputTokenCount, response.Usage?.TotalTokenCount));
    }

    [Fact]
    public async Task A_model_that_throws_at_once_is_a_500()
    {
        var model = new RecordingModel { Failure = new InvalidOperationException("out of ideas") };
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: true));

        Assert.Equal(500, failure.Status);
        Assert.Equal(LoopbackOutcome.Failed, await server.Requests.Single().Outcome);
    }

    [Fact]
    public async Task A_model_that_throws_later_is_a_broken_stream()
    {
        var model = new RecordingModel("some") { Failure = new InvalidOperationException("out of ideas") };
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        var failure = await Assert.ThrowsAsync<HttpIOException>(() => client.AskAsync(streamed: true));

        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.Equal(LoopbackOutcome.Failed, await server.Requests.Single().Outcome);
    }

    [Fact]
    public async Task A_model_with_nothing_to_say_ends_its_stream_properly()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel());
        using var client = server.Connect();

        var response = await client.GetStreamingResponseAsync("hi", cancellationToken: Token).ToChatResponseAsync(Token);

        Assert.Empty(response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }
}
