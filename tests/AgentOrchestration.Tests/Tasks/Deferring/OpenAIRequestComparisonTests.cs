using System.ClientModel;
using System.ClientModel.Primitives;
using System.ComponentModel;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;
using OpenAI;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>What a batch asks is what the chat client of Microsoft.Extensions.AI.OpenAI asks, or it is not asked there.</summary>
public sealed class OpenAIRequestComparisonTests
{
    private static readonly AIFunction Look = AIFunctionFactory.Create(([Description("Where.")] string place, int days = 3) => $"{place}{days}", "look", "Looks at it.");

    public static TheoryData<string> Names => [.. Calls.Keys];

    private static readonly Dictionary<string, (ChatMessage[] Messages, ChatOptions? Options)> Calls = new()
    {
        ["plain"] = ([new(ChatRole.System, "s"), new(ChatRole.User, "Ü")], null),
        ["instructions"] = ([new(ChatRole.User, "q")], new ChatOptions { Instructions = "Be brief." }),
        ["blank instructions"] = ([new(ChatRole.User, "q")], new ChatOptions { Instructions = " " }),
        ["no text"] = ([new(ChatRole.User, "")], null),
        ["no content"] = ([new ChatMessage(ChatRole.User, (IList<AIContent>)[])], null),
        ["parts"] = ([new ChatMessage(ChatRole.User, [new TextContent("a"), new TextContent("b")]), new ChatMessage(ChatRole.Assistant, [new TextContent("c"), new TextContent("d")])], null),
        ["call"] = (Round(CallOf(), result: "r"), new ChatOptions { Tools = [Look] }),
        ["call with text"] = (Round([new TextContent("Let me see."), .. CallOf()], result: 3), new ChatOptions { Tools = [Look], ToolMode = ChatToolMode.RequireAny }),
        ["call with texts"] = (Round([new TextContent("Let"), new TextContent("me"), .. CallOf()], result: new[] { 1, 2 }), new ChatOptions { Tools = [Look], ToolMode = ChatToolMode.None }),
        ["call with empty text"] = (Round([new TextContent(""), .. CallOf()], result: "r"), null),
        ["two calls"] = (Round([.. CallOf(), new FunctionCallContent("d", "look")], result: true), new ChatOptions { Tools = [Look, AIFunctionFactory.Create((Answer a) => a, "more")] }),
        ["hand-made parameters"] = ([new(ChatRole.User, "q")], new ChatOptions
        {
            Tools =
            [
                AIFunctionFactory.CreateDeclaration("f", "F.", JsonElement.Parse("""{"$defs":{"t":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/t"}},"additionalProperties":true,"title":"T"}""")),
                AIFunctionFactory.CreateDeclaration("g", null, JsonElement.Parse("{}")),
            ],
        }),
        ["null result"] = (Round(CallOf(), result: null), new ChatOptions { Tools = [Look], ToolMode = ChatToolMode.Auto }),
        ["call without arguments"] = (Round([new FunctionCallContent("c", "look")], result: ""), new ChatOptions { Tools = [Look], ToolMode = ChatToolMode.RequireSpecific("look") }),
        ["function without parameters"] = ([new(ChatRole.User, "q")], new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")], AllowMultipleToolCalls = false }),
        ["mode without tools"] = ([new(ChatRole.User, "q")], new ChatOptions { ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = true }),
        ["numbers"] = ([new(ChatRole.User, "q")], new ChatOptions
        {
            Temperature = 0.1f,
            TopP = 0.3f,
            MaxOutputTokens = 7,
            Seed = 3,
            FrequencyPenalty = 0.7f,
            PresencePenalty = 1.1f,
            StopSequences = ["END"],
            ModelId = "other",
        }),
        ["json"] = ([new(ChatRole.User, "q")], new ChatOptions { ResponseFormat = ChatResponseFormat.Json }),
        ["text"] = ([new(ChatRole.User, "q")], new ChatOptions { ResponseFormat = ChatResponseFormat.Text }),
        ["schema"] = ([new(ChatRole.User, "q")], new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema<Answer>() }),
        ["strict schema"] = ([new(ChatRole.User, "q")], new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema<Answer>(schemaDescription: "An answer."), AdditionalProperties = new() { ["strict"] = true } }),
        ["hand-made schema"] = ([new(ChatRole.User, "q")], new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""
                {"type":"object","properties":{"a":{"type":"string","minLength":2,"pattern":"^x","default":"y"},"b":true,"format":{"type":"array","items":{"type":"integer","minimum":1},"description":"Some.","maxItems":3}}}
                """)),
        }),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_batch_asks_what_the_chat_client_asks(string name)
    {
        (ChatMessage[] messages, ChatOptions? options) = Calls[name];
        JsonNode live = await SentAsync(messages, options);

        ReadOnlyMemory<byte> written = Assert.NotNull(OpenAIRequestWriter.TryWrite("m", messages, options));

        JsonNode batched = JsonNode.Parse(written.Span)!;
        Assert.True(JsonNode.DeepEquals(live, batched), $"\nlive:    {live.ToJsonString()}\nbatched: {batched.ToJsonString()}");
    }

    private static List<AIContent> CallOf() => [new FunctionCallContent("c", "look", new Dictionary<string, object?> { ["place"] = "Ü", ["days"] = 2 })];

    private static ChatMessage[] Round(List<AIContent> call, object? result) =>
        [new(ChatRole.User, "q"), new(ChatRole.Assistant, call), new(ChatRole.Tool, [new FunctionResultContent("c", result)])];

    /// <summary>The body that the chat client sends.</summary>
    private static async Task<JsonNode> SentAsync(ChatMessage[] messages, ChatOptions? options)
    {
        using var handler = new Recorder();
        using var http = new HttpClient(handler);
        var clientOptions = new OpenAIClientOptions { Endpoint = new Uri("http://127.0.0.1/v1"), RetryPolicy = new ClientRetryPolicy(0), Transport = new HttpClientPipelineTransport(http) };
        using IChatClient client = new OpenAIClient(new ApiKeyCredential("x"), clientOptions).GetChatClient("m").AsIChatClient();
        await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(messages, options, TestContext.Current.CancellationToken));
        return JsonNode.Parse(handler.Body!)!;
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public string? Body { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Body = await request.Content!.ReadAsStringAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent("{}") };
        }
    }

    private sealed record Answer([property: Description("Its name.")] string Name, DateTime At, int? Count = 5, string[]? Tags = null);
}
