namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// Shows the gate of an endpoint what the endpoint answers over HTTP: its headers and its rejections, also those that an SDK handles by itself. What an SDK
/// sends again waits before the gate as every call does, and so does a request that comes from no wrapped client.
/// </summary>
/// <param name="endpoint">The gate, as from the container.</param>
public sealed class ModelEndpointHandler(IModelEndpoint endpoint) : DelegatingHandler
{
    private readonly IModelEndpoint _endpoint = endpoint ?? throw new ArgumentNullException(nameof(endpoint));

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ModelEndpoint? gate = _endpoint as ModelEndpoint;
        EndpointCall? call = gate is null ? null : EndpointCall.Of(gate);
        EndpointCall? own = gate is null || call is not null ? null : gate.CreateCall(request.Content?.Headers.ContentLength ?? 0);
        try
        {
            if (own is not null || call is { IsRejected: true })
            {
                await gate!.EnterAsync((own ?? call)!, cancellationToken).ConfigureAwait(false);
            }

            own?.Enter(gate!);
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            _endpoint.Observe((int)response.StatusCode, response.Headers.Select(header => KeyValuePair.Create(header.Key, string.Join(',', header.Value))));
            if (own is { IsRejected: false })
            {
                gate!.Complete(own, usage: null);
            }

            return response;
        }
        finally
        {
            if (own is not null)
            {
                gate!.Abandon(own);
            }
        }
    }
}
