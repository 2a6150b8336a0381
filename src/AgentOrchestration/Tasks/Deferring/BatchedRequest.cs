namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Represents one request of a batch.</summary>
/// <param name="Id">The id by which its answer is found: 32 of <c>a-f 0-9</c>.</param>
/// <param name="Content">The request, as <see cref="IBatchEndpoint.TryWrite"/> has written it.</param>
public sealed record BatchedRequest(string Id, ReadOnlyMemory<byte> Content)
{
    /// <summary>What belongs to each request beside its content.</summary>
    private const int Overhead = 200;

    internal static long SizeOf(ReadOnlyMemory<byte> content) => (long)content.Length + Overhead;
}
