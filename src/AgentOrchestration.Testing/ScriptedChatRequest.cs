using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>One request that a <see cref="ScriptedChatClient"/> got.</summary>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">The options; <see langword="null"/> for none.</param>
/// <param name="IsStreaming">Whether the answer was to be streamed.</param>
public sealed record ScriptedChatRequest(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options, bool IsStreaming)
{
    /// <summary>Gets the text of the last message.</summary>
    /// <value>Empty when there is no message.</value>
    public string Text => Messages.Count == 0 ? "" : Messages[^1].Text;
}
