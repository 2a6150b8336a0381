using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The lines of a batch as a file, written as it is sent: it may be large.</summary>
internal sealed class BatchFileContent : HttpContent
{
    private static readonly byte[] End = "}\n"u8.ToArray();

    private readonly IReadOnlyList<BatchedRequest> _requests;

    public BatchFileContent(IReadOnlyList<BatchedRequest> requests)
    {
        _requests = requests;
        Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (BatchedRequest request in _requests)
        {
            await stream.WriteAsync(BeginningOf(request)).ConfigureAwait(false);
            await stream.WriteAsync(request.Content).ConfigureAwait(false);
            await stream.WriteAsync(End).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        foreach (BatchedRequest request in _requests)
        {
            length += BeginningOf(request).Length + request.Content.Length + End.Length;
        }

        return true;
    }

    private static byte[] BeginningOf(BatchedRequest request) =>
        Encoding.UTF8.GetBytes($$"""{"custom_id":"{{request.Id}}","method":"POST","url":"{{OpenAIBatchEndpoint.Url}}","body":""");
}
