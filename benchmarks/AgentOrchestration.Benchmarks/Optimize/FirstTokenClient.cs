using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Measures, of each prompt, the time from its first request to its first token, whichever request that was of. From a time on, it makes all calls slow.</summary>
/// <param name="server">The server.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="slowFrom">From when on calls are slow, from the first one.</param>
/// <param name="added">By how much.</param>
internal sealed class FirstTokenClient(IChatClient server, TimeProvider timeProvider, TimeSpan slowFrom, TimeSpan added) : DelegatingChatClient(server)
{
    private readonly long _madeAt = timeProvider.GetTimestamp();
    private readonly Dictionary<string, (long Asked, TimeSpan? Waited)> _prompts = new(StringComparer.Ordinal);

    /// <summary>The times in their order.</summary>
    public TimeSpan[] Waits => [.. _prompts.Values.Select(prompt => prompt.Waited).OfType<TimeSpan>().Order()];

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatMessage[] all = [.. messages];
        string prompt = all[^1].Text;
        _prompts.TryAdd(prompt, (timeProvider.GetTimestamp(), null));
        if (timeProvider.GetElapsedTime(_madeAt) >= slowFrom)
        {
            await Task.Delay(added, timeProvider, cancellationToken);
        }

        await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(all, options, cancellationToken))
        {
            if (_prompts[prompt] is { Waited: null, Asked: var asked })
            {
                _prompts[prompt] = (asked, timeProvider.GetElapsedTime(asked));
            }

            yield return update;
        }
    }
}
