using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

/// <summary>The contents of a message as the protocol writes them, whole or in pieces.</summary>
internal static class MessageContents
{
    public static JsonObject Whole(IReadOnlyList<AIContent> contents)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = TextOf<TextContent>(contents), ["refusal"] = TextOf<ErrorContent>(contents) };
        if (TextOf<TextReasoningContent>(contents) is { } reasoning)
        {
            message["reasoning_content"] = reasoning;
        }

        if (contents.OfType<FunctionCallContent>().Select(ToolCall).ToArray<JsonNode>() is { Length: > 0 } calls)
        {
            message["tool_calls"] = new JsonArray(calls);
        }

        return message;
    }

    public static IEnumerable<JsonObject> Deltas(IEnumerable<AIContent> contents, int pieceLength) => contents.SelectMany((content, index) => content switch
    {
        FunctionCallContent call => [Delta(call, index)],
        _ when NameOf(content) is { } name => TextPieces.Split(TextOf(content), pieceLength).Select(piece => new JsonObject { [name] = piece }),
        _ => [],
    });

    private static JsonObject Delta(FunctionCallContent call, int index)
    {
        var toolCall = ToolCall(call);
        toolCall["index"] = index;
        return new JsonObject { ["tool_calls"] = new JsonArray(toolCall) };
    }

    private static string? NameOf(AIContent content) => content switch
    {
        TextContent => "content",
        TextReasoningContent => "reasoning_content",
        ErrorContent => "refusal",
        _ => null,
    };

    private static string TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent reasoning => reasoning.Text,
        ErrorContent error => error.Message,
        _ => "",
    };

    private static string? TextOf<T>(IReadOnlyList<AIContent> contents)
        where T : AIContent => contents.OfType<T>().ToArray() is { Length: > 0 } found ? string.Concat(found.Select(TextOf)) : null;

    private static JsonObject ToolCall(FunctionCallContent call) => new()
    {
        ["id"] = call.CallId,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = JsonSerializer.Serialize(call.Arguments) },
    };
}
