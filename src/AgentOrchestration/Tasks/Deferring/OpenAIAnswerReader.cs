using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// Reads a file of answers, a line of JSON for each. It comes from outside: a line that is malformed, cut off or of no request is passed over, so that its call is made again; one that
/// is too long, or too many of them, end the file.
/// </summary>
internal static class OpenAIAnswerReader
{
    private const int LongestLine = 64_000_000;
    private const int MostLines = 100_000;
    private const int LongestId = 64;
    private const int BufferSize = 64 * 1024;

    public static async IAsyncEnumerable<BatchedAnswer> ReadAsync(Stream content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        using var line = new MemoryStream();
        int lines = 0;
        int count;
        while ((count = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            int start = 0;
            while (start < count)
            {
                int end = Array.IndexOf(buffer, (byte)'\n', start, count - start);
                int length = (end < 0 ? count : end) - start;
                if (line.Length + length > LongestLine)
                {
                    throw new BatchEndpointException($"A line of the answers of the batch endpoint has more than {LongestLine:N0} bytes.", isFinal: true);
                }

                line.Write(buffer.AsSpan(start, length));
                start += length + 1;
                if (end < 0)
                {
                    break;
                }

                if (++lines > MostLines)
                {
                    throw new BatchEndpointException($"The batch endpoint has answered with more than {MostLines:N0} lines.", isFinal: true);
                }

                if (TryRead(line) is { } answer)
                {
                    yield return answer;
                }

                line.SetLength(0);
            }
        }

        // The last line may come without its end.
        if (TryRead(line) is { } last)
        {
            yield return last;
        }
    }

    private static BatchedAnswer? TryRead(MemoryStream line)
    {
        try
        {
            return line.Length == 0 ? null : Read(line.GetBuffer().AsSpan(0, (int)line.Length));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    private static BatchedAnswer? Read(ReadOnlySpan<byte> json)
    {
        if (JsonSerializer.Deserialize(json, OpenAIJsonContext.Default.OpenAIBatchLine) is not { CustomId: { Length: > 0 and <= LongestId } id } line)
        {
            return null;
        }

        return line switch
        {
            { Error: { } error } => new BatchedAnswer(id) { Error = Excerpt.Of(error.Message ?? error.Code ?? "The endpoint has named no reason.") },
            { Response: { StatusCode: 200, Body: { ValueKind: JsonValueKind.Object } body } } when ResponseOf(body) is { } response => new BatchedAnswer(id) { Response = response },
            { Response.StatusCode: { } status } => new BatchedAnswer(id) { Error = $"The request was answered with status {status}." },
            _ => new BatchedAnswer(id) { Error = "The answer has neither a response nor an error." },
        };
    }

    private static ChatResponse? ResponseOf(JsonElement body)
    {
        if (Find(body, "choices", JsonValueKind.Array) is not { } choices || choices.GetArrayLength() != 1
            || Find(choices[0], "message", JsonValueKind.Object) is not { } message)
        {
            return null;
        }

        var answer = new ChatMessage(ChatRole.Assistant, ContentsOf(message)) { MessageId = TextOf(body, "id") };
        return new ChatResponse(answer)
        {
            ResponseId = TextOf(body, "id"),
            ModelId = TextOf(body, "model"),
            CreatedAt = NumberOf(body, "created") is { } created and >= 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(created) : null,
            FinishReason = TextOf(choices[0], "finish_reason") is { Length: > 0 } reason ? new ChatFinishReason(reason) : null,
            Usage = Find(body, "usage", JsonValueKind.Object) is { } usage ? UsageOf(usage) : null,
        };
    }

    private static List<AIContent> ContentsOf(JsonElement message)
    {
        List<AIContent> contents = [];
        if (TextOf(message, "content") is { } text)
        {
            contents.Add(new TextContent(text));
        }

        if (TextOf(message, "refusal") is { Length: > 0 } refusal)
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = "Refusal" });
        }

        if (Find(message, "tool_calls", JsonValueKind.Array) is { } calls)
        {
            foreach (JsonElement call in calls.EnumerateArray())
            {
                JsonElement function = Find(call, "function", JsonValueKind.Object) ?? throw new FormatException("A call has no function.");
                contents.Add(FunctionCallContent.CreateFromParsedArguments(
                    TextOf(function, "arguments") ?? "{}",
                    TextOf(call, "id") ?? throw new FormatException("A call has no id."),
                    TextOf(function, "name") ?? throw new FormatException("A call has no name."),
                    static json => JsonSerializer.Deserialize(json, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<IDictionary<string, object?>>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)))));
            }
        }

        return contents;
    }

    private static UsageDetails UsageOf(JsonElement usage) => new()
    {
        InputTokenCount = NumberOf(usage, "prompt_tokens"),
        OutputTokenCount = NumberOf(usage, "completion_tokens"),
        TotalTokenCount = NumberOf(usage, "total_tokens"),
        CachedInputTokenCount = Find(usage, "prompt_tokens_details", JsonValueKind.Object) is { } input ? NumberOf(input, "cached_tokens") : null,
        ReasoningTokenCount = Find(usage, "completion_tokens_details", JsonValueKind.Object) is { } output ? NumberOf(output, "reasoning_tokens") : null,
    };

    internal static JsonElement? Find(JsonElement element, string name, JsonValueKind kind) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;

    internal static string? TextOf(JsonElement element, string name) => Find(element, name, JsonValueKind.String)?.GetString();

    internal static long? NumberOf(JsonElement element, string name) => Find(element, name, JsonValueKind.Number) is { } value && value.TryGetInt64(out long number) ? number : null;
}
