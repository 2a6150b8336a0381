using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>A chat client whose calls pass the gate of an endpoint. What is called during a call is a part of that call.</summary>
internal sealed class GatedChatClient(IChatClient inner, ModelEndpoint endpoint) : DelegatingChatClient(inner)
{
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (EndpointCall.Of(endpoint) is not null)
        {
            return await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
        }

        IReadOnlyList<ChatMessage> all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        if (AnswerOf(all, options) is { } answer)
        {
            return answer;
        }

        EndpointCall call = endpoint.CreateCall(all, options);
        while (true)
        {
            await endpoint.EnterAsync(call, cancellationToken).ConfigureAwait(false);
            try
            {
                call.Enter(endpoint);
                ChatResponse response = await base.GetResponseAsync(all, options, cancellationToken).ConfigureAwait(false);
                endpoint.Complete(call, response.Usage);
                return response;
            }
            catch (Exception exception) when (endpoint.IsRejection(call, exception))
            {
                if (endpoint.GiveUp(call, exception) is { } error)
                {
                    throw error;
                }
            }
            finally
            {
                endpoint.Abandon(call);
            }
        }
    }

    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (EndpointCall.Of(endpoint) is not null)
        {
            await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
            {
                yield return update;
            }

            yield break;
        }

        IReadOnlyList<ChatMessage> all = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        if (AnswerOf(all, options) is { } answer)
        {
            foreach (ChatResponseUpdate update in answer.ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        EndpointCall call = endpoint.CreateCall(all, options);
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;
        try
        {
            // Only a call of which nothing has come can be sent again.
            bool isAny;
            while (true)
            {
                await endpoint.EnterAsync(call, cancellationToken).ConfigureAwait(false);
                call.Enter(endpoint);
                updates = base.GetStreamingResponseAsync(all, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
                try
                {
                    isAny = await updates.MoveNextAsync().ConfigureAwait(false);
                    break;
                }
                catch (Exception exception) when (endpoint.IsRejection(call, exception))
                {
                    if (endpoint.GiveUp(call, exception) is { } error)
                    {
                        throw error;
                    }
                }

                await updates.DisposeAsync().ConfigureAwait(false);
            }

            UsageDetails? usage = null;
            while (isAny)
            {
                usage = Add(usage, updates.Current);
                yield return updates.Current;
                call.Enter(endpoint);
                isAny = await updates.MoveNextAsync().ConfigureAwait(false);
            }

            endpoint.Complete(call, usage);
        }
        finally
        {
            endpoint.Abandon(call);
            if (updates is not null)
            {
                await updates.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType == typeof(IModelEndpoint) ? endpoint : base.GetService(serviceType, serviceKey);
    }

    private ChatClientMetadata? Metadata => base.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;

    /// <summary>The answer of a batch endpoint, if the call was deferred.</summary>
    private ChatResponse? AnswerOf(IReadOnlyList<ChatMessage> messages, ChatOptions? options) =>
        EndpointCaller.Current is { Deferrable: { } calls } caller && calls.Endpoint.Name == endpoint.Name ? calls.Take(messages, options, Metadata, caller.Call) : null;

    private static UsageDetails? Add(UsageDetails? usage, ChatResponseUpdate update)
    {
        foreach (UsageContent more in update.Contents.OfType<UsageContent>())
        {
            usage ??= new UsageDetails();
            usage.Add(more.Details);
        }

        return usage;
    }
}
