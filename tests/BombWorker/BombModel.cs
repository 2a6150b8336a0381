using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace BombWorker;

/// <summary>A chat client that streams an answer, as far as anybody reads it.</summary>
internal sealed class BombModel : IChatClient
{
    /// <summary>What it answers.</summary>
    public IEnumerable<string> Answer { get; set; } = [];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A request that is started is planned from a stream.");

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (string piece in Answer)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, piece);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
