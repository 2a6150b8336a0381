using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Answers always the same, and says that it has used so many tokens.</summary>
internal sealed class UsingChatClient(int inputTokens, int outputTokens) : IChatClient
{
    public bool IsDisposed { get; private set; }

    private UsageDetails Usage => new() { InputTokenCount = inputTokens, OutputTokenCount = outputTokens };

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "answer")) { Usage = Usage });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new ChatResponseUpdate(ChatRole.Assistant, "ans");
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, "wer");
        yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage)]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => IsDisposed = true;
}
