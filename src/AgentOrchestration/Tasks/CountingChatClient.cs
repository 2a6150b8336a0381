using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks;

/// <summary>Counts the tokens of every call as used by an attempt. Works for the attempt's code, so it stays in the context of that.</summary>
internal sealed class CountingChatClient(IChatClient inner, TaskContext context) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        Count(response.Usage);
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
            {
                Count(usage.Details);
            }

            yield return update;
        }
    }

    /// <summary>The client belongs to the container, not to the attempt.</summary>
    protected override void Dispose(bool disposing) => base.Dispose(disposing: false);

    private void Count(UsageDetails? usage)
    {
        if (usage is not null)
        {
            context.ReportUsage(new TaskUsage(Math.Max(0, usage.InputTokenCount ?? 0), Math.Max(0, usage.OutputTokenCount ?? 0), Cost: 0));
        }
    }
}
