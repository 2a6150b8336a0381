using System.ClientModel;
using System.Runtime.CompilerServices;
using LoopbackModel;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Planning;

/// <summary>What the endpoint of a model answers in place of a plan, over HTTP: each kind has its code.</summary>
public sealed class EndpointAnswerTests
{
    private const string Page = "<!DOCTYPE html><html><body>Sign in to the network</body></html>";

    private static readonly Misbehaviour Refusal = new Misbehaviour.Reply(ChatFinishReason.Stop, new ErrorContent("I cannot help with that.") { ErrorCode = "Refusal" });

    private static readonly Misbehaviour Reasoning = new Misbehaviour.Reply(ChatFinishReason.Stop, new TextReasoningContent("First a, then b."));

    private static readonly Misbehaviour Call =
        new Misbehaviour.Reply(ChatFinishReason.ToolCalls, new FunctionCallContent("call1", "make_plan", new Dictionary<string, object?> { ["goal"] = "report" }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_is_named_with_its_text_and_is_not_asked_again(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(Refusal);

        InvalidPlanException refused = await server.RefuseAsync(streamed);

        PlanDiagnostic only = Assert.Single(refused.Diagnostics);
        Assert.Equal(PlanDiagnosticCode.ModelRefusal, only.Code);
        Assert.Contains("I cannot help with that.", refused.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(1, refused.Refusal.Planning!.Rounds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_empty_refusal_beside_a_plan_is_no_refusal(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Reply(ChatFinishReason.Stop, new ErrorContent("") { ErrorCode = "Refusal" }, new TextContent(Application.SoundPlan)));

        Assert.Equal(2, (await server.PlanAsync(streamed)).Subtasks.Count);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, """{"subtasks":[{"id":"rows",""")]
    [InlineData(true, """{"subtasks":[{"id":"rows",""")]
    public async Task A_content_filter_is_named_and_is_not_asked_again(bool streamed, string before)
    {
        await using ModelServer server = await ModelServer.StartAsync(new Misbehaviour.Reply(ChatFinishReason.ContentFilter, new TextContent(before)));

        Assert.Equal(PlanDiagnosticCode.ContentFilter, Assert.Single((await server.RefuseAsync(streamed)).Diagnostics).Code);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "Let me think about which subtasks are needed. The first")]
    [InlineData(true, "Let me think about which subtasks are needed. The first")]
    [InlineData(false, """{"subtasks":[{"id":"rows",""")]
    [InlineData(true, """{"subtasks":[{"id":"rows",""")]
    public async Task An_answer_that_was_cut_off_at_its_maximum_length_is_named_wherever_it_ends(bool streamed, string before)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Reply(ChatFinishReason.Length, new TextContent(before)), options => options.Planning.MaxRepairs = 1);

        Assert.Equal(PlanDiagnosticCode.CutOff, (await server.RefuseAsync(streamed)).Diagnostics[0].Code);
        Assert.Equal(2, server.Requests.Count);
        Assert.Contains("smaller", server.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        Assert.All(server.Requests[1].Messages, message => Assert.NotEqual("", message.Text));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_whole_plan_at_the_maximum_length_is_a_plan(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(new Misbehaviour.Reply(ChatFinishReason.Length, new TextContent(Application.SoundPlan)));

        Assert.Equal(2, (await server.PlanAsync(streamed)).Subtasks.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tool_call_is_named_and_the_model_is_asked_for_text(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.Order == 0 ? Call : new Misbehaviour.Answer(Application.SoundPlan));

        await server.PlanAsync(streamed);

        Assert.Equal(2, server.Requests.Count);
        Assert.Contains("a tool call of 'make_plan'", server.Requests[1].Messages[^1].Text, StringComparison.Ordinal);
        await using ModelServer never = await ModelServer.StartAsync(Call);
        Assert.Equal(PlanDiagnosticCode.ToolCall, Assert.Single((await never.RefuseAsync(streamed)).Diagnostics).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reasoning_without_text_is_named_and_the_model_is_asked_for_text(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.Order == 0 ? Reasoning : new Misbehaviour.Answer(Application.SoundPlan));

        await server.PlanAsync(streamed);

        Assert.Equal(2, server.Requests.Count);
        await using ModelServer never = await ModelServer.StartAsync(Reasoning);
        Assert.Equal(PlanDiagnosticCode.ReasoningOnly, Assert.Single((await never.RefuseAsync(streamed)).Diagnostics).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reasoning_before_a_plan_is_no_harm(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Reply(ChatFinishReason.Stop, new TextReasoningContent("First a, then b."), new TextContent(Application.SoundPlan)));

        Assert.Equal(2, (await server.PlanAsync(streamed)).Subtasks.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_that_is_too_long_is_named_with_the_error_of_the_client_and_is_not_asked_again(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Refuse400("This model's maximum context length is 8192 tokens.", "context_length_exceeded"));

        InvalidPlanException refused = await server.RefuseAsync(streamed);

        Assert.Equal(PlanDiagnosticCode.ContextTooLong, Assert.Single(refused.Diagnostics).Code);
        Assert.Contains("8192", refused.Message, StringComparison.Ordinal);
        Assert.IsType<ClientResultException>(refused.InnerException);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plan_that_becomes_too_long_to_send_back_is_named_as_that(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.Order == 0
            ? new Misbehaviour.Answer("""{"subtasks":[]}""")
            : new Misbehaviour.Refuse400("This model's maximum context length is 8192 tokens.", "context_length_exceeded"));

        Assert.Equal(PlanDiagnosticCode.ContextTooLong, Assert.Single((await server.RefuseAsync(streamed)).Diagnostics).Code);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(false, "text/html", Page)]
    [InlineData(true, "text/html", Page)]
    [InlineData(false, "application/json", """{"error":{"message":"Provider returned error","code":502}}""")]
    [InlineData(true, "application/json", """{"error":{"message":"Provider returned error","code":502}}""")]
    [InlineData(true, "text/event-stream", "data: {\"error\":{\"message\":\"Provider returned error\",\"code\":502}}\n\ndata: [DONE]\n\n")]
    [InlineData(true, "text/event-stream", "data: <html>\n\n")]
    [InlineData(false, "application/json", """{"choices":[]}""")]
    [InlineData(true, "application/json", """{"choices":[]}""")]
    [InlineData(false, "application/json", "[]")]
    [InlineData(false, "application/json", "null")]
    [InlineData(false, "application/json", "")]
    [InlineData(true, "application/json", "")]
    public async Task A_response_that_is_no_answer_of_a_model_is_named_and_no_plan_is_asked_for_again(bool streamed, string contentType, string body)
    {
        await using ModelServer server = await ModelServer.StartAsync(new Misbehaviour.Body(contentType, body));

        Assert.Equal(PlanDiagnosticCode.InvalidResponse, Assert.Single((await server.RefuseAsync(streamed)).Diagnostics).Code);
        Assert.InRange(server.Requests.Count, 1, streamed ? 2 : 1);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_stream_is_asked_for_the_whole()
    {
        string content = System.Text.Json.JsonSerializer.Serialize(Application.SoundPlan);
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Body("application/json", $$$"""{"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":{{{content}}}}}]}"""));

        Assert.Equal(2, (await server.PlanAsync(streamed: true)).Subtasks.Count);
        Assert.Equal([true, false], server.Requests.Select(request => request.IsStreamed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_that_may_pass_stays_the_error_of_the_client(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(new Misbehaviour.Fail500());
        await using ModelServer busy = await ModelServer.StartAsync(new Misbehaviour.Refuse429());

        Assert.Equal(500, (await Assert.ThrowsAsync<ClientResultException>(() => server.PlanAsync(streamed))).Status);
        Assert.Equal(429, (await Assert.ThrowsAsync<ClientResultException>(() => busy.PlanAsync(streamed))).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_budget_of_more_tokens_than_the_model_can_write_is_no_error(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            request => request.Body.Contains("100000", StringComparison.Ordinal)
                ? new Misbehaviour.Refuse400("max_tokens is too large: 100000. This model supports at most 16384 completion tokens.", "invalid_value")
                : new Misbehaviour.Answer(Application.SoundPlan),
            options => options.Planning.MaxTokens = 100_000);

        Assert.Equal(2, (await server.PlanAsync(streamed)).Subtasks.Count);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_that_a_client_leaves_out_of_a_stream_is_found_in_the_whole_answer()
    {
        using var model = new SilentStream();

        InvalidPlanException refused = await Assert.ThrowsAsync<InvalidPlanException>(
            () => Application.With(model).StartAsync(Application.Request, TestContext.Current.CancellationToken));

        Assert.Equal(PlanDiagnosticCode.ModelRefusal, Assert.Single(refused.Diagnostics).Code);
        Assert.Equal(1, model.WholeAnswers);
    }

    /// <summary>Refuses, and says so in whole answers only: the form of a refusal where the SDK's own properties are trimmed away.</summary>
    private sealed class SilentStream() : DelegatingChatClient(new ScriptedModel())
    {
        public int WholeAnswers { get; private set; }

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            WholeAnswers++;
            var refusal = new ErrorContent("I cannot help with that.") { ErrorCode = "Refusal" };
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [refusal])) { FinishReason = ChatFinishReason.Stop });
        }

        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new ChatResponseUpdate(ChatRole.Assistant, []) { FinishReason = ChatFinishReason.Stop, RawRepresentation = new object() };
        }
    }
}
