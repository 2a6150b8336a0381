using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>A model that answers at once, and remembers what it was asked.</summary>
internal sealed class EchoModel : IChatClient
{
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>Answers; an echo of the last message where it returns null.</summary>
    public Func<IReadOnlyList<ChatMessage>, ChatMessage?> Answer { get; set; } = static _ => null;

    /// <summary>The model that it says it is.</summary>
    public string? Model { get; set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ChatMessage> all = [.. messages];
        string prompt = all[^1].Text;
        Asked.Enqueue(prompt);
        return Task.FromResult(new ChatResponse(Answer(all) ?? new ChatMessage(ChatRole.Assistant, $"re: {prompt}"))
        {
            ModelId = "m",
            FinishReason = ChatFinishReason.Stop,
            Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5, TotalTokenCount = 15 },
        });
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(defaultModelId: Model) : null;

    public void Dispose()
    {
    }
}
