using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Testing.Models;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>
/// The batches of a <see cref="ScriptedModelServer"/>, on any clock: they take a random time, answer one request after another in it, expire, and can be cancelled. Answers are those
/// that the server gives, at the price of batches, and are in its totals. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// var server = new ScriptedModelServer();
/// services.AddChatClient(server).UseModelEndpoint("gpt");
/// services.AddAgentOrchestration().AddModelEndpoint("gpt").AddBatchEndpoint("gpt", provider =&gt;
///     new ScriptedBatchEndpoint(server, new() { Seed = 7 }, provider.GetRequiredService&lt;TimeProvider&gt;()));
/// </code>
/// </example>
/// <param name="server">The server.</param>
/// <param name="options">How long batches take. Default: the default values.</param>
/// <param name="timeProvider">The clock. Default: the system's.</param>
public sealed class ScriptedBatchEndpoint(ScriptedModelServer server, ScriptedBatchOptions? options = null, TimeProvider? timeProvider = null) : IBatchEndpoint
{
    private const double NinthDecile = 1.2816;

    private readonly Lock _gate = new();
    private readonly ScriptedModelServer _server = server ?? throw new ArgumentNullException(nameof(server));
    private readonly ScriptedBatchOptions _options = options ?? new ScriptedBatchOptions();
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly List<ScriptedBatch> _batches = [];

    /// <inheritdoc/>
    public int MaxRequests => 50_000;

    /// <inheritdoc/>
    public long MaxBytes => 180_000_000;

    /// <summary>Gets the number of batches received.</summary>
    /// <value>As of this moment.</value>
    public int Batches
    {
        get
        {
            lock (_gate)
            {
                return _batches.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{options?.MaxOutputTokens}\n{ModelText.PromptOf(messages)}"));
    }

    /// <inheritdoc/>
    public ValueTask<string> SubmitAsync(string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        lock (_gate)
        {
            ulong chance = ModelText.Hash((uint)_options.Seed, name) ^ (uint)_batches.Count;
            var batch = new ScriptedBatch(name, requests, _timeProvider.GetUtcNow(), TimeOf(chance), _options);
            _batches.Add(batch);
            return ValueTask.FromResult(IdOf(_batches.Count));
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> FindAsync(string name, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            int found = _batches.FindIndex(batch => batch.Name == name);
            return ValueTask.FromResult(found < 0 ? null : IdOf(found + 1));
        }
    }

    /// <inheritdoc/>
    public ValueTask<BatchedStatus> GetStatusAsync(string batchId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Find(batchId).HasEndedAt(_timeProvider.GetUtcNow()) ? new BatchedStatus("ended", HasEnded: true) : new BatchedStatus("in progress", HasEnded: false));

    /// <inheritdoc/>
    public async IAsyncEnumerable<BatchedAnswer> GetAnswersAsync(string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (BatchedAnswer answer in Find(batchId).Answers(Answer))
        {
            yield return answer;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask CancelAsync(string batchId, CancellationToken cancellationToken)
    {
        Find(batchId).Cancel(_timeProvider.GetUtcNow());
        return ValueTask.CompletedTask;
    }

    private ChatResponse Answer(BatchedRequest request)
    {
        string text = Encoding.UTF8.GetString(request.Content.Span);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return _server.AnswerBatched(text[(end + 1)..], int.TryParse(text.AsSpan(0, end), CultureInfo.InvariantCulture, out int most) ? most : null);
    }

    private ScriptedBatch Find(string batchId)
    {
        lock (_gate)
        {
            return _batches[int.Parse(batchId.AsSpan("batch-".Length), CultureInfo.InvariantCulture) - 1];
        }
    }

    /// <summary>A lognormal variable of two uniform ones. Source: Box, Muller, A note on the generation of random normal deviates (1958).</summary>
    private TimeSpan TimeOf(ulong chance)
    {
        double spread = Math.Log(_options.NinthDecile / _options.Median) / NinthDecile;
        double normal = Math.Sqrt(-2 * Math.Log(1 - ModelText.Share(chance))) * Math.Cos(2 * Math.PI * ModelText.Share(chance ^ 1));
        return _options.Median * Math.Min(1e6, Math.Exp(spread * normal));
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"batch-{number}");
}
