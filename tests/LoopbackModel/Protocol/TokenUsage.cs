using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

/// <summary>The model's own count where it gives one; else a token is four characters of text, the last one begun counting whole.</summary>
internal sealed record TokenUsage(long Prompt, long Completion)
{
    private const int CharactersPerToken = 4;

    public static TokenUsage Of(IEnumerable<ChatMessage> prompt, ChatResponse response) => new(
        response.Usage?.InputTokenCount ?? Count(prompt.Sum(message => message.Text.Length)),
        response.Usage?.OutputTokenCount ?? Count(response.Text.Length));

    public JsonObject ToJson() => new()
    {
        ["prompt_tokens"] = Prompt,
        ["completion_tokens"] = Completion,
        ["total_tokens"] = Prompt + Completion,
    };

    private static long Count(int characters) => (characters + CharactersPerToken - 1) / CharactersPerToken;
}
