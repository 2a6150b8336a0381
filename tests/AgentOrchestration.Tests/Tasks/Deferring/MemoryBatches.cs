using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Batches in memory, which can be asked what the loopback server cannot: functions.</summary>
internal sealed class MemoryBatches(EchoModel model, TimeProvider clock) : IBatchEndpoint
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<ChatMessage>> _written = new();
    private readonly List<(string Name, DateTimeOffset At, IReadOnlyList<BatchedRequest> Requests)> _batches = [];

    public int MaxRequests { get; set; } = 50_000;

    public long MaxBytes { get; set; } = 180_000_000;

    public string? DefaultModelId { get; set; }

    /// <summary>How many requests each batch has.</summary>
    public IEnumerable<int> Counts => _batches.Select(batch => batch.Requests.Count);

    public ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ReadOnlyMemory<byte>? written = OpenAIRequestWriter.TryWrite("m", messages, options);
        _written[KeyOf(written!.Value)] = [.. messages];
        return written;
    }

    public ValueTask<string> SubmitAsync(string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken)
    {
        _batches.Add((name, clock.GetUtcNow(), requests));
        return ValueTask.FromResult($"{_batches.Count - 1}");
    }

    public ValueTask<string?> FindAsync(string name, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_batches.FindIndex(batch => batch.Name == name) is var index and >= 0 ? $"{index}" : null);

    public ValueTask<BatchedStatus> GetStatusAsync(string batchId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new BatchedStatus("s", clock.GetUtcNow() - Of(batchId).At > TimeSpan.FromMinutes(7)));

    public async IAsyncEnumerable<BatchedAnswer> GetAnswersAsync(string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BatchedRequest request in Of(batchId).Requests)
        {
            yield return new BatchedAnswer(request.Id) { Response = await model.GetResponseAsync(_written[KeyOf(request.Content)], cancellationToken: cancellationToken) };
        }
    }

    public ValueTask CancelAsync(string batchId, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private (string Name, DateTimeOffset At, IReadOnlyList<BatchedRequest> Requests) Of(string batchId) => _batches[int.Parse(batchId, System.Globalization.CultureInfo.InvariantCulture)];

    private static string KeyOf(ReadOnlyMemory<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content.Span));
}
