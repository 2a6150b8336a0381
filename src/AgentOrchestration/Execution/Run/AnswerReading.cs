using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>Reads what batches have answered.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="end">The end of the run.</param>
/// <param name="collection">What was asked.</param>
/// <param name="operations">Asks the endpoint.</param>
/// <param name="answers">Keeps the answers.</param>
internal sealed class AnswerReading(RunEnvironment run, RunGate gate, RunEnd end, CallCollection collection, BatchOperations operations, DeferredAnswers answers)
{
    private const int RarePoll = 10;

    private Deferrals Deferrals => run.Core.Deferrals!;

    /// <summary>Reads the answers of a batch that has ended.</summary>
    public async Task ReadAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        CollectedCalls? collected = collection.Find(number);
        HashSet<int> members;
        using (gate.Hold())
        {
            members = [.. Deferrals.MembersOf(number)];
        }

        string? model = collected?.Model is { Length: > 0 } named ? named : endpoint.Batches.DefaultModelId;
        await operations.RetryAsync(
            async token =>
            {
                var seen = new HashSet<string>(StringComparer.Ordinal);
                await foreach (BatchedAnswer answer in endpoint.Batches.GetAnswersAsync(receipt.BatchId, token).ConfigureAwait(false))
                {
                    // What nobody has asked is kept by nobody. Another process may have asked: then only for whom is known.
                    if (collected?.Has(answer.Id) ?? (DeferrableCalls.SubtaskOf(answer.Id) is { } subtask && members.Contains(subtask)))
                    {
                        // Of two answers to one request nobody knows which is the right one.
                        answers.Keep(seen.Add(answer.Id) ? answer : new BatchedAnswer(answer.Id) { Error = "It was answered twice." }, number, model);
                    }
                }

                return true;
            },
            number,
            BatchOperations.LongPatience,
            isCharged: true).ConfigureAwait(false);
    }

    /// <summary>
    /// Nobody waits for a batch any more, but what it has answered is charged: it is counted when it is known, unless the run ends before.
    /// </summary>
    public async Task CountAsync(int number, DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        try
        {
            while (!(await operations.RetryAsync(token => endpoint.Batches.GetStatusAsync(receipt.BatchId, token), number, BatchOperations.Patience, isCharged: true).ConfigureAwait(false)).HasEnded)
            {
                await operations.PauseAsync(endpoint.Options.PollAfter * RarePoll).ConfigureAwait(false);
            }

            await ReadAsync(number, endpoint, receipt).ConfigureAwait(false);
        }
        catch (Exception exception) when (!end.Ended.IsCancellationRequested && !gate.IsClosed)
        {
            ExecutionLog.AnswersNotCounted(run.Executor.Logger, exception, run.RunId, receipt.BatchId);
        }
    }
}
