using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>The chat client that plans.</summary>
/// <param name="Client">The client; <see langword="null"/> when none is registered.</param>
/// <param name="Key">The key under which the application has named it; <see langword="null"/> when it is the one that tasks use.</param>
internal sealed record PlanningChatClient(IChatClient? Client, object? Key)
{
    /// <summary>Gets what its calls cost.</summary>
    /// <value>The default value is <see langword="null"/>: no prices are known.</value>
    public PriceTable? Prices { get; init; }

    /// <summary>Gets the client.</summary>
    /// <exception cref="InvalidOperationException">None is registered.</exception>
    public IChatClient Required => Client ?? throw new InvalidOperationException(Key is null
        ? "Planning needs a chat client, but none is registered: call services.AddChatClient(…), or UseDecomposer<T>() with a decomposer of your own."
        : $"Planning uses the chat client with the key '{Key}' (UsePlanningChatClient), but none is registered: call services.AddKeyedChatClient(\"{Key}\", …).");
}
