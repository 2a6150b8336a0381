using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Execution.Run;

/// <summary>What a run asks a batch endpoint: what has failed is tried again as long as that is of use, and nothing lasts without end.</summary>
/// <param name="run">The environment.</param>
/// <param name="gate">The gate.</param>
/// <param name="end">The end of the run.</param>
/// <param name="now">The clock of the run.</param>
internal sealed class BatchOperations(RunEnvironment run, RunGate gate, RunEnd end, Func<long> now)
{
    /// <summary>The shortest time between two requests.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>The last look at a batch is so long before its calls are made elsewhere: what it has answered is still to be read.</summary>
    public static readonly TimeSpan LastLook = TimeSpan.FromMinutes(1);

    /// <summary>How long an endpoint may take to answer; and to send or receive a whole batch.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan LongPatience = TimeSpan.FromHours(1);

    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(30);

    private Deferrals Deferrals => run.Core.Deferrals!;

    /// <summary>Tries again what has failed, unless that is of no use.</summary>
    /// <param name="operation">What is tried.</param>
    /// <param name="number">The number of the submission.</param>
    /// <param name="patience">How long it may take once.</param>
    /// <param name="isCharged">Whether it is of use also when nobody waits for it any more.</param>
    public async Task<T> RetryAsync<T>(Func<CancellationToken, ValueTask<T>> operation, int number, TimeSpan patience, bool isCharged = false)
    {
        for (TimeSpan pause = ShortestPause; ; pause = Min(pause * 2, LongestRetryPause))
        {
            using var limit = new CancellationTokenSource(patience, run.Executor.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Ended, limit.Token);
            try
            {
                return await operation(either.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!end.Ended.IsCancellationRequested && exception is not BatchEndpointException { IsFinal: true })
            {
                (bool isWanted, long latest) = Look(number);
                if (!isWanted && !isCharged)
                {
                    throw;
                }

                TimeSpan asked = exception is BatchEndpointException { RetryAfter: { } after } && after > pause ? after : pause;
                ExecutionLog.BatchEndpointFailed(run.Executor.Logger, run.RunId, exception.Message, asked);
                await PauseAsync(isWanted ? Min(asked, new TimeSpan(Math.Max(ShortestPause.Ticks, latest - now()))) : asked).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Whether the endpoint has heard it.</returns>
    public async Task<bool> CancelAsync(DeferringEndpoint endpoint, SubmittedCalls receipt)
    {
        using var patience = new CancellationTokenSource(CancelPatience, run.Executor.TimeProvider);
        try
        {
            await endpoint.Batches.CancelAsync(receipt.BatchId, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ExecutionLog.BatchNotCancelled(run.Executor.Logger, exception, run.RunId, receipt.BatchId);
            return false;
        }
    }

    /// <summary>Whether a subtask waits for a submission, and until when at most, in UTC ticks.</summary>
    public (bool IsWanted, long Latest) Look(int number)
    {
        using (gate.Hold())
        {
            return (Deferrals.WaitingFor(number).Any(), Deferrals.LatestWait);
        }
    }

    /// <summary>Waits, unless the run ends.</summary>
    public Task PauseAsync(TimeSpan time) => Task.Delay(time, run.Executor.TimeProvider, end.Ended);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
