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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reply_gives_reasoning_tool_calls_and_the_reason_of_its_end(bool streamed)
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();
        var call = new FunctionCallContent("c1", "look", new Dictionary<string, object?> { ["place"] = "here" });
        server.Enqueue(new Misbehaviour.Reply(ChatFinishReason.ToolCalls, new TextReasoningContent("Hm, let me see."), call));

        var response = streamed
            ? await client.GetStreamingResponseAsync("hi", cancellationToken: Token).ToChatResponseAsync(Token)
            : await client.GetResponseAsync("hi", cancellationToken: Token);

        var contents = response.Messages.Single().Contents;
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
        Assert.Equal("", response.Text);
        Assert.Equal("Hm, let me see.", string.Concat(contents.OfType<TextReasoningContent>()));
        var seen = contents.OfType<FunctionCallContent>().Single();
        Assert.Equal(("c1", "look", "here"), (seen.CallId, seen.Name, seen.Arguments?["place"]?.ToString()));
        Assert.Empty(model.Messages);
    }

    [Fact]
    public async Task A_refusal_is_error_content_of_a_whole_answer_and_is_lost_from_the_contents_of_a_streamed_one()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        var refusal = new Misbehaviour.Reply(ChatFinishReason.Stop, new ErrorContent("I cannot help.") { ErrorCode = "Refusal" });
        server.Enqueue(refusal);
        server.Enqueue(refusal);

        var whole = await client.GetResponseAsync("hi", cancellationToken: Token);
        var streamed = await client.GetStreamingResponseAsync("hi", cancellationToken: Token).ToChatResponseAsync(Token);

        var error = Assert.IsType<ErrorContent>(whole.Messages.Single().Contents.Single());
        Assert.Equal(("Refusal", "I cannot help."), (error.ErrorCode, error.Message));
        Assert.DoesNotContain(streamed.Messages.SelectMany(message => message.Contents), content => content is ErrorContent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_400_is_a_client_result_exception_with_its_code_and_message(bool streamed)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Refuse400("Too long.", "context_length_exceeded"));

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(400, failure.Status);
        Assert.Contains("context_length_exceeded", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Too long.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_a_JSON_exception_or_a_stream_without_anything()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Body("text/html", "<html></html>"));
        server.Enqueue(new Misbehaviour.Body("text/html", "<html></html>"));

        await Assert.ThrowsAnyAsync<JsonException>(() => client.AskAsync(streamed: false));
        Assert.Equal("", await client.AskAsync(streamed: true));
    }

    private static async Task AssertRecordedAsync(LoopbackModelServer server, Misbehaviour misbehaviour, LoopbackOutcome outcome)
    {
        var request = server.Requests.Single();
        Assert.Equal(misbehaviour, request.Misbehaviour);
        Assert.Equal(outcome, await request.Outcome);
    }
}
