using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>OpenAI's protocol of batches, over real HTTP.</summary>
public sealed class OpenAIBatchEndpointTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_is_submitted_found_followed_and_answered()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.PageSize = 2;
        OpenAIBatchEndpoint endpoint = world.Endpoint;
        string id = await endpoint.SubmitAsync("run-1", [RequestOf(endpoint, "a"), RequestOf(endpoint, "b")], TestEnd);
        for (int other = 0; other < 5; other++)
        {
            await endpoint.SubmitAsync($"other-{other}", [RequestOf(endpoint, "c")], TestEnd);
        }

        Assert.Equal(id, await endpoint.FindAsync("run-1", world.Clock.GetUtcNow(), TestEnd));
        Assert.Null(await endpoint.FindAsync("run-2", world.Clock.GetUtcNow(), TestEnd));
        Assert.Equal(new BatchedStatus("validating", HasEnded: false), await endpoint.GetStatusAsync(id, TestEnd));
        world.Clock.Advance(TimeSpan.FromMinutes(8));
        Assert.Equal(new BatchedStatus("completed", HasEnded: true), await endpoint.GetStatusAsync(id, TestEnd));
        List<BatchedAnswer> answers = await AnswersAsync(endpoint, id);

        Assert.Equal([("a", "re: a"), ("b", "re: b")], answers.OrderBy(answer => answer.Id, StringComparer.Ordinal).Select(answer => (answer.Id, answer.Response!.Text)));
        Assert.Equal((10L, 5L, "m", ChatFinishReason.Stop), (answers[0].Response!.Usage!.InputTokenCount, answers[0].Response!.Usage!.OutputTokenCount, answers[0].Response!.ModelId, answers[0].Response!.FinishReason));

        // It has ended, so there is nothing to cancel.
        await endpoint.CancelAsync(id, TestEnd);
    }

    [Fact]
    public async Task A_batch_is_found_among_large_and_strange_ones_of_others()
    {
        string large = new('x', 3_000_000);
        using var http = new HttpClient(new PageHandler($$"""{"data":[{"id":7,"status":8},{"id":"b1","metadata":{"agent_orchestration":17,"k":[1]} },{"id":"b2","errors":"{{large}}","metadata":5},{"id":"b3","metadata":{"agent_orchestration":"run-1"} }],"has_more":true}"""))
        {
            BaseAddress = new Uri("http://127.0.0.1/v1/"),
        };

        Assert.Equal("b3", await new OpenAIBatchEndpoint(http, "m").FindAsync("run-1", DateTimeOffset.UnixEpoch, TestEnd));
    }

    [Fact]
    public async Task A_refusal_says_whether_it_is_of_use_to_try_again_and_when()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Refuse = (_, _) => (HttpStatusCode.TooManyRequests, TimeSpan.FromHours(1));
        BatchEndpointException busy = await Assert.ThrowsAsync<BatchEndpointException>(async () => await world.Endpoint.GetStatusAsync("b", TestEnd));
        world.Batches.Refuse = (_, _) => (HttpStatusCode.Unauthorized, null);
        BatchEndpointException unauthorized = await Assert.ThrowsAsync<BatchEndpointException>(async () => await world.Endpoint.SubmitAsync("n", [], TestEnd));

        Assert.Equal((false, TimeSpan.FromHours(1)), (busy.IsFinal, busy.RetryAfter));
        Assert.Equal("The batch endpoint has answered GET batches/b with status 429: Refused, as scripted.", busy.Message);
        Assert.Equal((true, null), (unauthorized.IsFinal, unauthorized.RetryAfter));
    }

    [Fact]
    public async Task A_line_without_end_ends_the_answers()
    {
        await using var endless = new EndlessStream();

        BatchEndpointException error = await Assert.ThrowsAsync<BatchEndpointException>(async () =>
        {
            await foreach (BatchedAnswer _ in OpenAIAnswerReader.ReadAsync(endless, TestEnd))
            {
            }
        });

        Assert.True(error.IsFinal);
        Assert.InRange(endless.Count, 64_000_000, 65_000_000);
    }

    [Theory]
    [InlineData("""{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"x"}}]}}}""", "x")]
    [InlineData("""{"custom_id":"a","response":{"status_code":500,"body":{}}}""", null)]
    [InlineData("""{"custom_id":"a","response":{"status_code":200,"body":{"choices":[]}}}""", null)]
    [InlineData("""{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":null}]}}}""", null)]
    [InlineData("""{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}""", null)]
    [InlineData("""{"custom_id":"a"}""", null)]
    public async Task Each_line_is_an_answer_or_an_error(string line, string? text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(line));
        List<BatchedAnswer> answers = [];
        await foreach (BatchedAnswer answer in OpenAIAnswerReader.ReadAsync(content, TestEnd))
        {
            answers.Add(answer);
        }

        Assert.Equal(("a", text, text is null), (Assert.Single(answers).Id, answers[0].Response?.Text, answers[0].Error is not null));
    }

    [Fact]
    public async Task Function_calls_of_an_answer_can_be_answered_in_turn()
    {
        const string Line = """{"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"add","arguments":"{\"a\":1}"}}]}}]}}}""";
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(Line));
        ChatResponse? response = null;
        await foreach (BatchedAnswer answer in OpenAIAnswerReader.ReadAsync(content, TestEnd))
        {
            response = answer.Response;
        }

        FunctionCallContent call = Assert.Single(response!.Messages[0].Contents.OfType<FunctionCallContent>());
        JsonObject next = Written([new ChatMessage(ChatRole.User, "q"), .. response.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, 3)])], options: null)!;

        Assert.Equal(("add", "c1", ChatFinishReason.ToolCalls), (call.Name, call.CallId, response.FinishReason));
        JsonNode written = next["messages"]![1]!["tool_calls"]![0]!;
        Assert.Equal(("c1", "add"), ((string?)written["id"], (string?)written["function"]!["name"]));
        Assert.Equal("""{"a":1}""", JsonNode.Parse((string)written["function"]!["arguments"]!)!.ToJsonString());
        Assert.Equal("""{"role":"tool","tool_call_id":"c1","content":"3"}""", next["messages"]![2]!.ToJsonString(Relaxed));
    }

    [Fact]
    public void A_call_is_written_as_the_model_would_receive_it()
    {
        var options = new ChatOptions
        {
            ModelId = "other",
            Instructions = "Be brief.",
            Temperature = 0.5f,
            TopP = 0.25f,
            MaxOutputTokens = 7,
            Seed = 3,
            FrequencyPenalty = 1,
            PresencePenalty = 2,
            StopSequences = ["END"],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"object"}"""), "answer", "An answer."),
            Tools = [AIFunctionFactory.Create((int a) => a, "same", "Returns it.")],
            ToolMode = ChatToolMode.RequireSpecific("same"),
            AllowMultipleToolCalls = false,
        };

        JsonObject written = Written([new ChatMessage(ChatRole.System, "s"), new ChatMessage(ChatRole.User, "Ü")], options)!;

        Assert.Equal(
            """{"model":"other","messages":[{"role":"system","content":"Be brief."},{"role":"system","content":"s"},{"role":"user","content":"Ü"}],"temperature":0.5,"top_p":0.25,"frequency_penalty":1,"presence_penalty":2,"max_completion_tokens":7,"seed":3,"stop":["END"],"response_format":{"type":"json_schema","json_schema":{"name":"answer","description":"An answer.","schema":{"type":"object"}}}}""",
            WithoutTools(written).ToJsonString(Relaxed));
    }

    /// <summary>A new option has to be written, or to keep the call from being deferred: never left out.</summary>
    [Fact]
    public void No_option_is_left_out()
    {
        var values = new Dictionary<string, object>
        {
            ["ConversationId"] = "c",
            ["Instructions"] = "i",
            ["Temperature"] = 1f,
            ["MaxOutputTokens"] = 1,
            ["TopP"] = 1f,
            ["TopK"] = 1,
            ["FrequencyPenalty"] = 1f,
            ["PresencePenalty"] = 1f,
            ["Seed"] = 1L,
            ["Reasoning"] = new ReasoningOptions(),
            ["ResponseFormat"] = ChatResponseFormat.Json,
            ["ModelId"] = "x",
            ["StopSequences"] = new List<string> { "s" },
            ["AllowMultipleToolCalls"] = true,
            ["ToolMode"] = ChatToolMode.RequireAny,
            ["Tools"] = new List<AITool> { AIFunctionFactory.Create(() => 1, "f") },
            ["AllowBackgroundResponses"] = true,
            ["ContinuationToken"] = ResponseContinuationToken.FromBytes(new byte[] { 1 }),
            ["RawRepresentationFactory"] = (Func<IChatClient, object?>)(_ => null),
            ["AdditionalProperties"] = new AdditionalPropertiesDictionary { ["x"] = 1 },
        };
        ChatMessage[] messages = [new(ChatRole.User, "q")];
        string plain = Written(messages, new ChatOptions())!.ToJsonString();
        foreach (PropertyInfo property in typeof(ChatOptions).GetProperties().Where(property => property.CanWrite))
        {
            // Without tools there is nothing to choose from.
            var options = new ChatOptions { Tools = property.Name is "ToolMode" or "AllowMultipleToolCalls" ? (IList<AITool>)values["Tools"] : null };
            string before = Written(messages, options)!.ToJsonString();
            property.SetValue(options, values[property.Name]);

            Assert.True(Written(messages, options)?.ToJsonString() != before, $"{property.Name} makes no difference.");
        }

        Assert.Equal("""{"model":"m","messages":[{"role":"user","content":"q"}]}""", plain);
    }

    [Fact]
    public void What_the_protocol_cannot_say_is_not_said()
    {
        Assert.Null(Written([], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], options: null));
        Assert.Null(Written([new ChatMessage(new ChatRole("developer"), "x")], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.User, "x") { AuthorName = "me" }], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.Tool, "x")], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.User, "x") { RawRepresentation = 1 }], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.User, [new TextContent("x") { RawRepresentation = 1 }])], options: null));
        Assert.Null(Written([new ChatMessage(ChatRole.Assistant, "x") { AdditionalProperties = new() { ["Refusal"] = "no" } }], options: null));
        ChatMessage[] plain = [new(ChatRole.User, "x")];
        Assert.Null(Written(plain, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, new AIFunctionFactoryOptions { Name = "f", AdditionalProperties = new Dictionary<string, object?> { ["strict"] = true } })] }));
        Assert.Null(Written(plain, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "f")], AdditionalProperties = new() { ["strict"] = true } }));
        Assert.Null(Written(plain, new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("f", null, JsonElement.Parse("""{"additionalProperties":{"type":"string"}}"""))] }));
    }

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject? Written(ChatMessage[] messages, ChatOptions? options) =>
        OpenAIRequestWriter.TryWrite("m", messages, options) is { } content ? JsonNode.Parse(content.Span)!.AsObject() : null;

    private static JsonObject WithoutTools(JsonObject written)
    {
        Assert.Equal("same", (string?)written["tools"]![0]!["function"]!["name"]);
        Assert.Equal("same", (string?)written["tool_choice"]!["function"]!["name"]);
        Assert.False((bool)written["parallel_tool_calls"]!);
        written.Remove("tools");
        written.Remove("tool_choice");
        written.Remove("parallel_tool_calls");
        return written;
    }

    private static BatchedRequest RequestOf(OpenAIBatchEndpoint endpoint, string prompt) =>
        new(prompt, endpoint.TryWrite([new ChatMessage(ChatRole.User, prompt)], options: null)!.Value);

    private static async Task<List<BatchedAnswer>> AnswersAsync(OpenAIBatchEndpoint endpoint, string id)
    {
        List<BatchedAnswer> answers = [];
        await foreach (BatchedAnswer answer in endpoint.GetAnswersAsync(id, TestEnd))
        {
            answers.Add(answer);
        }

        return answers;
    }

    private sealed class PageHandler(string page) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(page) });
    }

    private sealed class EndlessStream : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'x');
            Count += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
