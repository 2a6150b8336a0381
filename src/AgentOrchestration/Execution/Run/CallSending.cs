using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// Sends what was collected to batch endpoints. What a batch is for is in the journal before it is submitted, and it is looked for by its name before it is submitted again, so a crash
/// at any moment leaves nothing that would be paid twice.
/// </summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="end">The end of the run.</param>
/// <param name="now">The clock of the run.</param>
/// <param name="collection">What was collected.</param>
/// <param name="operations">Asks the endpoint.</param>
internal sealed class CallSending(RunEnvironment run, RunGate gate, RunEnd end, Func<long> now, CallCollection collection, BatchOperations operations)
{
    private readonly ConcurrentDictionary<int, (SubmittedCalls Receipt, long? SentAt)> _receipts = new();
    private readonly OngoingWork _onTheirWay = new();
    private readonly string _runName = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(run.RunId)).AsSpan(0, 16));

    private Deferrals Deferrals => run.Core.Deferrals!;

    /// <summary>The receipt of a submission, also when the run has ended before it could be written; <see langword="null"/> for none.</summary>
    public SubmittedCalls? ReceiptOf(int number) => _receipts.GetValueOrDefault(number).Receipt ?? Deferrals.ReceiptOf(number);

    /// <summary>When this process has sent a submission, in UTC ticks; <see langword="null"/> when it has not.</summary>
    public long? SentAt(int number) => _receipts.GetValueOrDefault(number).SentAt;

    /// <summary>Waits for the batches that are on their way to an endpoint: while they are, nobody can find them there.</summary>
    public Task WhenSentAsync() => _onTheirWay.WhenAllAsync();

    /// <summary>Submits what was collected, or finds what was submitted before.</summary>
    /// <returns>The receipt; <see langword="null"/> when there is none, and what waits does not wait any longer.</returns>
    public async Task<SubmittedCalls?> SubmitAsync(int number, DeferringEndpoint endpoint)
    {
        SubmittedCalls? receipt;
        DateTimeOffset startedAt;
        using (gate.Hold())
        {
            receipt = Deferrals.ReceiptOf(number);
            startedAt = new DateTimeOffset(run.History[0].Time, TimeSpan.Zero);
        }

        if (receipt is not null)
        {
            return receipt;
        }

        CollectedCalls? collected = collection.Find(number);
        if (collected is not null)
        {
            await collection.CollectToEndAsync(collected).ConfigureAwait(false);
        }

        bool mayBeThere = collected is null;
        long? sentAt = null;
        string name = string.Create(CultureInfo.InvariantCulture, $"{_runName}-{number}");
        string? batchId;
        try
        {
            batchId = await operations.RetryAsync(
                async token =>
                {
                    string? found = mayBeThere ? await endpoint.Batches.FindAsync(name, startedAt, token).ConfigureAwait(false) : null;
                    if (found is not null || collection.WantedOf(number, collected) is not { Count: > 0 } requests)
                    {
                        return found;
                    }

                    mayBeThere = true;
                    string sent = await SendAsync(endpoint, name, requests, token).ConfigureAwait(false);
                    sentAt = now();
                    return sent;
                },
                number,
                BatchOperations.LongPatience).ConfigureAwait(false);
        }
        catch (BatchEndpointException exception) when (exception.IsFinal)
        {
            collection.Refuse(endpoint, exception);
            return null;
        }

        if (batchId is null)
        {
            return null;
        }

        receipt = new SubmittedCalls(number, endpoint.Name, batchId);
        _receipts[number] = (receipt, sentAt);
        collected?.ForgetContents();
        run.QueueOnPool(gate.Report(receipt, static (core, calls, at, commands) => core.Submitted(calls, at, commands)));
        return receipt;
    }

    private async Task<string> SendAsync(DeferringEndpoint endpoint, string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken)
    {
        TaskCompletionSource sending;
        using (gate.Hold())
        {
            if (gate.IsClosed)
            {
                throw new OperationCanceledException("The run is detached.", end.Ended);
            }

            sending = _onTheirWay.Begin();
        }

        try
        {
            return await endpoint.Batches.SubmitAsync(name, requests, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _onTheirWay.End(sending);
        }
    }
}
