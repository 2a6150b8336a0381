using System.Text;
using LoopbackModel.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LoopbackModel;

internal sealed class WholeAnswer(HttpResponse response, CompletionEnvelope envelope, IReadOnlyList<ChatMessage> prompt, CutPoint? cut)
{
    public async Task WriteAsync(ChatResponse answer, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(envelope.Whole(answer, TokenUsage.Of(prompt, answer)).ToJsonString());
        var sent = cut switch
        {
            CutPoint.AfterHeaders => 0,
            CutPoint.Midway => body.Length / 2,
            _ => body.Length,
        };

        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.StartAsync(cancellationToken);
        await response.Body.WriteAsync(body.AsMemory(0, sent), cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }
}
