using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

internal sealed record RequestMessage
{
    public required string Role { get; init; }

    public JsonElement Content { get; init; }

    public ChatMessage ToChatMessage()
    {
        var role = Role switch
        {
            "system" => ChatRole.System,
            "developer" => new ChatRole("developer"),
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            _ => throw new JsonException($"The role '{Role}' is not supported by the loopback model."),
        };

        return Content.ValueKind switch
        {
            JsonValueKind.String => new ChatMessage(role, Content.GetString()),
            JsonValueKind.Array => new ChatMessage(role, [.. Content.EnumerateArray().Select(ReadPart)]),
            _ => throw new JsonException("A message's content is neither a string nor an array of parts."),
        };
    }

    private static AIContent ReadPart(JsonElement part) =>
        part.ValueKind is JsonValueKind.Object
        && part.TryGetProperty("text", out var text)
        && text.ValueKind is JsonValueKind.String
            ? new TextContent(text.GetString())
            : throw new JsonException("A content part other than text is not supported by the loopback model.");
}
