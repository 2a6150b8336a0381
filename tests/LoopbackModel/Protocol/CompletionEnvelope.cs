using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

/// <summary>What the answer to one request, or every chunk of it, has in common.</summary>
internal sealed record CompletionEnvelope(int Order, DateTimeOffset Created, string Model)
{
    public JsonObject Whole(ChatResponse response, TokenUsage usage)
    {
        var choice = new JsonObject
        {
            ["index"] = 0,
            ["message"] = MessageContents.Whole([.. response.Messages.SelectMany(message => message.Contents)]),
            ["logprobs"] = null,
            ["finish_reason"] = FinishReason(response),
        };
        return Wrap("chat.completion", [choice], usage);
    }

    public JsonObject FirstChunk() => Chunk(new JsonObject { ["role"] = "assistant", ["content"] = "" });

    public JsonObject DeltaChunk(JsonObject delta) => Chunk(delta);

    public JsonObject LastChunk(ChatResponse response) => Chunk([], FinishReason(response));

    public JsonObject UsageChunk(TokenUsage usage) => Wrap("chat.completion.chunk", [], usage);

    private static string FinishReason(ChatResponse response) => (response.FinishReason ?? ChatFinishReason.Stop).Value;

    private JsonObject Chunk(JsonObject delta, string? finishReason = null) =>
        Wrap("chat.completion.chunk", [new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finishReason }]);

    private JsonObject Wrap(string type, JsonArray choices, TokenUsage? usage = null) => new()
    {
        ["id"] = $"chatcmpl-{Order}",
        ["object"] = type,
        ["created"] = Created.ToUnixTimeSeconds(),
        ["model"] = Model,
        ["choices"] = choices,
        ["usage"] = usage?.ToJson(),
    };
}
