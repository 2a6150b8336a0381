using System.Text;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>What a model is asked when it plans, in one form of the answer.</summary>
/// <param name="Messages">The messages.</param>
/// <param name="Options">The options, with the format of the answer.</param>
internal sealed record FormedQuestion(IReadOnlyList<ChatMessage> Messages, ChatOptions Options)
{
    /// <summary>Gets the number of bytes that the model reads.</summary>
    public long Bytes => Messages.Sum(message => (long)Encoding.UTF8.GetByteCount(message.Text))
        + (Options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? Encoding.UTF8.GetByteCount(schema.GetRawText()) : 0);
}
