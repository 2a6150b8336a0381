using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Results;

/// <summary>Answers what the test says, and keeps what it was asked.</summary>
internal sealed class ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, ChatOptions?, ChatResponse> answer) : IChatClient
{
    public ScriptedChatClient(string answer)
        : this(_ => answer)
    {
    }

    public ScriptedChatClient(ChatResponse answer)
        : this((_, _) => answer)
    {
    }

    public ScriptedChatClient(Func<IReadOnlyList<ChatMessage>, string> answer)
        : this((asked, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(asked))))
    {
    }

    public List<(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options)> Requests { get; } = [];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ChatMessage[] asked = [.. messages];
        lock (Requests)
        {
            Requests.Add((asked, options));
        }

        return Task.FromResult(answer(asked, options));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
