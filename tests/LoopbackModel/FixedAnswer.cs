using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LoopbackModel;

internal sealed class FixedAnswer(ChatFinishReason finishReason, IReadOnlyList<AIContent> contents) : IChatClient
{
    public FixedAnswer(string text)
        : this(ChatFinishReason.Stop, [new TextContent(text)])
    {
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. contents])) { FinishReason = finishReason });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return new ChatResponseUpdate(ChatRole.Assistant, [.. contents]) { FinishReason = finishReason };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
