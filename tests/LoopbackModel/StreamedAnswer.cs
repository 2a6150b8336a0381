using System.Text.Json.Nodes;
using LoopbackModel.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LoopbackModel;

internal sealed class StreamedAnswer(HttpResponse response, CompletionEnvelope envelope, int chunkLength)
{
    private bool _hasBegun;

    public async Task WriteAsync(
        IAsyncEnumerable<ChatResponseUpdate> answer,
        IReadOnlyList<ChatMessage>? promptToCount,
        CancellationToken cancellationToken)
    {
        List<ChatResponseUpdate> updates = [];

        await foreach (var update in answer.WithCancellation(cancellationToken))
        {
            updates.Add(update);

            if (!response.HasStarted)
            {
                ResponseHeaders.Write(update.AdditionalProperties, response);
            }

            await SendContentsAsync(update.Contents, cancellationToken);
        }

        var whole = updates.ToChatResponse();
        await BeginAsync(cancellationToken);
        await SendAsync(envelope.LastChunk(whole), cancellationToken);

        if (promptToCount is not null)
        {
            await SendAsync(envelope.UsageChunk(TokenUsage.Of(promptToCount, whole)), cancellationToken);
        }

        await SendAsync("[DONE]", cancellationToken);
    }

    public async Task CutAsync(IAsyncEnumerable<ChatResponseUpdate> answer, CutPoint cut, CancellationToken cancellationToken)
    {
        // Where the middle is, only the whole answer tells.
        var whole = await answer.ToChatResponseAsync(cancellationToken);

        if (cut is CutPoint.AfterHeaders)
        {
            await StartAsync(cancellationToken);
        }
        else
        {
            await BeginAsync(cancellationToken);
            var half = TextPieces.Split(whole.Text, Math.Max(1, whole.Text.Length / 2)).FirstOrDefault("");
            await SendContentsAsync([new TextContent(half)], cancellationToken);
        }
    }

    private async Task SendContentsAsync(IEnumerable<AIContent> contents, CancellationToken cancellationToken)
    {
        foreach (var delta in MessageContents.Deltas(contents, chunkLength))
        {
            await BeginAsync(cancellationToken);
            await SendAsync(envelope.DeltaChunk(delta), cancellationToken);
        }
    }

    // Only once there is something to say: a model that throws at first still becomes a 500.
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            await StartAsync(cancellationToken);
            await SendAsync(envelope.FirstChunk(), cancellationToken);
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        await response.StartAsync(cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    private Task SendAsync(JsonObject chunk, CancellationToken cancellationToken) => SendAsync(chunk.ToJsonString(), cancellationToken);

    private async Task SendAsync(string data, CancellationToken cancellationToken)
    {
        await response.WriteAsync($"data: {data}\n\n", cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
