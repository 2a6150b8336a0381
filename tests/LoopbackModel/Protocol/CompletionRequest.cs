using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

internal sealed record CompletionRequest
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
    };

    public required string Model { get; init; }

    public required IReadOnlyList<RequestMessage?> Messages { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }

    public ResponseFormat? ResponseFormat { get; init; }

    public JsonElement? Tools { get; init; }

    /// <exception cref="JsonException">The body is no chat completion request this server understands.</exception>
    public static CompletionRequest Parse(string body)
    {
        var request = JsonSerializer.Deserialize<CompletionRequest>(body, Json) ?? throw new JsonException("The body is null.");

        // Better a loud refusal than an answer that quietly calls no tool.
        return request.Tools is null ? request : throw new JsonException("Tools are not supported by the loopback model.");
    }

    public IReadOnlyList<ChatMessage> ToChatMessages() =>
        [.. Messages.Select(message => message?.ToChatMessage() ?? throw new JsonException("A message is null."))];

    public ChatOptions ToChatOptions()
    {
        var options = new ChatOptions { ModelId = Model, ResponseFormat = ResponseFormat?.ToChatResponseFormat() };

        if (ResponseFormat?.JsonSchema?.Strict is { } strict)
        {
            // Where Microsoft.Extensions.AI.OpenAI looks for it.
            options.AdditionalProperties = new() { ["strict"] = strict };
        }

        return options;
    }
}
