using System.Runtime.CompilerServices;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks;

/// <summary>Counts what every call used. Works for the code of an attempt, so it stays in the context of that.</summary>
/// <param name="inner">The application's client.</param>
/// <param name="caller">On whose behalf it calls.</param>
/// <param name="count">Counts usage.</param>
/// <param name="doNotCache">Keeps the result out of the result cache.</param>
/// <param name="showFirstToken">Reports that an answer has begun.</param>
/// <param name="prices">The prices; <see langword="null"/> when there are none.</param>
internal sealed class CountingChatClient(IChatClient inner, EndpointCaller caller, Action<TaskUsage> count, Action doNotCache, Action showFirstToken, PriceTable? prices)
    : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        EndpointCaller? current = Enter(NewCaller());
        ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        var call = new CallUsage();
        call.Add(response.Usage);
        Count(call, response.ModelId, options, current);
        Judge(response.FinishReason);
        return response;
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // An endpoint may report in several pieces, which are all of one call; and one that answers without a report has been called all the same.
        EndpointCaller? current = Enter(NewCaller());
        var call = new CallUsage();
        bool isAnswered = false;
        string? model = null;
        IAsyncEnumerator<ChatResponseUpdate> updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await updates.MoveNextAsync().ConfigureAwait(false))
            {
                ChatResponseUpdate update = updates.Current;
                if (!isAnswered)
                {
                    isAnswered = true;
                    showFirstToken();
                }

                model ??= update.ModelId;
                Judge(update.FinishReason);
                foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
                {
                    call.Add(usage.Details);
                }

                yield return update;

                // The caller that takes the answer continues with what is ambient there, and function invocation calls again for a later piece.
                Enter(current);
            }
        }
        finally
        {
            if (isAnswered)
            {
                Count(call, model, options, current);
            }

            await updates.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The client belongs to the container, not to the attempt.</summary>
    protected override void Dispose(bool disposing) => base.Dispose(disposing: false);

    /// <summary>The gate of an endpoint learns by task type, and lets calls of important runs go first.</summary>
    private EndpointCaller? NewCaller() => GetService(typeof(IModelEndpoint)) is null ? null : caller.ForCall();

    private static EndpointCaller? Enter(EndpointCaller? current) => current is null ? null : EndpointCaller.Current = current;

    private void Count(CallUsage call, string? answered, ChatOptions? options, EndpointCaller? current)
    {
        ModelUsage usage = call.Of(ReportedUsage.ModelOf(this, answered, options), prices, current?.Call?.Answers ?? []);
        if (usage.DeferredCalls > 0)
        {
            current!.Deferrable!.Count(TaskUsage.Of(usage), current.Call!);
        }
        else
        {
            count(TaskUsage.Of(usage));
        }
    }

    /// <summary>An answer that was cut off or filtered is not what the same question gives another time.</summary>
    private void Judge(ChatFinishReason? reason)
    {
        if (reason == ChatFinishReason.Length || reason == ChatFinishReason.ContentFilter)
        {
            doNotCache();
        }
    }
}
