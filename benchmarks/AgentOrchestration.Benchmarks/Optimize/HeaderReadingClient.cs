using System.Runtime.CompilerServices;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Shows a gate the headers of a scripted server, as its handler does over HTTP.</summary>
/// <param name="server">The server.</param>
/// <param name="endpoint">The gate.</param>
/// <param name="onWarm">Called with the totals when the first minute is over.</param>
internal sealed class HeaderReadingClient(IChatClient server, IModelEndpoint endpoint, Action<ScriptedModelTotals> onWarm) : DelegatingChatClient(server)
{
    private const int WarmAfter = 60;
    private readonly Func<ScriptedModelTotals> _totals = () => ((ScriptedModelServer)server).Totals;
    private bool _isWarm;

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!_isWarm && _totals().Requests >= WarmAfter)
        {
            _isWarm = true;
            onWarm(_totals());
        }

        await using IAsyncEnumerator<ChatResponseUpdate> updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await updates.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (ModelRejectedException rejected)
            {
                endpoint.Observe((int)rejected.StatusCode!, rejected.Headers);
                throw;
            }

            if (updates.Current.AdditionalProperties?.TryGetValue(ScriptedModelServer.HeadersProperty, out object? headers) == true)
            {
                endpoint.Observe(200, (IReadOnlyDictionary<string, string>)headers!);
            }

            yield return updates.Current;
        }
    }
}
