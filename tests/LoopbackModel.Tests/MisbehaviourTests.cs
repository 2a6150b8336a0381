using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

/// <summary>What a user of the SDK sees with retries switched off.</summary>
public sealed class MisbehaviourTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_429_is_a_client_result_exception_with_the_header(bool streamed)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Refuse429(TimeSpan.FromSeconds(6.5)));

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(429, failure.Status);
        Assert.Contains("rate_limit_exceeded", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var retryAfter));
        Assert.Equal("7", retryAfter);
        await AssertRecordedAsync(server, new Misbehaviour.Refuse429(TimeSpan.FromSeconds(6.5)), LoopbackOutcome.Refused);
    }

    [Fact]
    public async Task A_429_need_not_say_when_to_come_back()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Refuse429());

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: false));

        Assert.False(failure.GetRawResponse()!.Headers.TryGetValue("Retry-After", out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_500_is_a_client_result_exception(bool streamed)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Fail500());

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(500, failure.Status);
        await AssertRecordedAsync(server, new Misbehaviour.Fail500(), LoopbackOutcome.Refused);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_401_is_a_client_result_exception(bool streamed)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Unauthorized401());

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(401, failure.Status);
        Assert.Contains("invalid_api_key", failure.Message, StringComparison.Ordinal);
        await AssertRecordedAsync(server, new Misbehaviour.Unauthorized401(), LoopbackOutcome.Refused);
    }

    [Theory]
    [InlineData(CutPoint.AfterHeaders, false)]
    [InlineData(CutPoint.AfterHeaders, true)]
    [InlineData(CutPoint.Midway, false)]
    [InlineData(CutPoint.Midway, true)]
    public async Task A_cut_connection_is_an_HTTP_IO_exception(CutPoint at, bool streamed)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello, world"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.CutConnection(at));

        var failure = await Assert.ThrowsAsync<HttpIOException>(() => client.AskAsync(streamed));

        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        await AssertRecordedAsync(server, new Misbehaviour.CutConnection(at), LoopbackOutcome.Cut);
    }

    [Fact]
    public async Task A_stream_cut_midway_gives_the_first_half_of_the_text()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello, ", "world"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.CutConnection(CutPoint.Midway));
        List<string> seen = [];

        await Assert.ThrowsAsync<HttpIOException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: Token))
            {
                seen.Add(update.Text);
            }
        });

        Assert.Equal("Hello,", string.Concat(seen));
    }

    [Fact]
    public async Task After_a_cut_connection_the_next_request_is_served()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.CutConnection(CutPoint.Midway));
        await Assert.ThrowsAsync<HttpIOException>(() => client.AskAsync(streamed: false));

        var text = await client.AskAsync(streamed: false);

        Assert.Equal("ok", text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Invalid_JSON_is_a_good_answer_to_whoever_wants_text(bool streamed)
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.InvalidJson());

        var text = await client.AskAsync(streamed);

        Assert.Equal(Misbehaviour.InvalidJson.Content, text);
        Assert.Empty(model.Messages);
        await AssertRecordedAsync(server, new Misbehaviour.InvalidJson(), LoopbackOutcome.Answered);
    }

    [Fact]
    public async Task Invalid_JSON_is_a_JSON_exception_to_whoever_wants_a_type()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.InvalidJson());
        var response = await client.GetResponseAsync<Dictionary<string, string>>("hi", cancellationToken: Token);

        Assert.Throws<JsonException>(() => response.Result);
        Assert.False(response.TryGetResult(out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_given_answer_takes_the_place_of_the_models(bool streamed)
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Answer("a → b → a"));

        var text = await client.AskAsync(streamed);

        Assert.Equal("a → b → a", text);
        Assert.Empty(model.Messages);
        await AssertRecordedAsync(server, new Misbehaviour.Answer("a → b → a"), LoopbackOutcome.Answered);
    }

    private static async Task AssertRecordedAsync(LoopbackModelServer server, Misbehaviour misbehaviour, LoopbackOutcome outcome)
    {
        var request = server.Requests.Single();
        Assert.Equal(misbehaviour, request.Misbehaviour);
        Assert.Equal(outcome, await request.Outcome);
    }
}
