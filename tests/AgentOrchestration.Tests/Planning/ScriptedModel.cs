using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Planning;

/// <summary>A chat client that answers what the test says, in order, and keeps what it was asked.</summary>
internal sealed class ScriptedModel(params IEnumerable<string> answers) : IChatClient
{
    private readonly Queue<string> _answers = new(answers);

    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    public List<ChatOptions?> Options { get; } = [];

    /// <summary>What it says that each answer has used; nothing by default.</summary>
    public UsageDetails? Usage { get; init; }

    /// <summary>What it says of itself; nothing by default.</summary>
    public ChatClientMetadata? Metadata { get; init; }

    /// <summary>Done before each answer.</summary>
    public Func<CancellationToken, Task> Before { get; init; } = _ => Task.CompletedTask;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked.Add([.. messages]);
        Options.Add(options);
        await Before(cancellationToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, _answers.Dequeue())) { Usage = Usage };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (ChatResponseUpdate update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? Metadata : null;

    public void Dispose()
    {
    }
}
