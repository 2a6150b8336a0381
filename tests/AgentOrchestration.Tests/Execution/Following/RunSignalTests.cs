using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Following;

namespace AgentOrchestration.Tests.Execution.Following;

public sealed class RunSignalTests
{
    [Fact]
    public async Task No_wake_up_is_lost_however_writer_and_readers_interleave()
    {
        const int Last = 100_000;
        var signal = new RunSignal(WorkerPool.Shared);
        int count = 0;
        Task[] readers =
        [
            .. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
            {
                for (int seen = 0; seen < Last; seen = Volatile.Read(ref count))
                {
                    await signal.WaitAsync(() => Volatile.Read(ref count) > seen, TestContext.Current.CancellationToken);
                }
            })),
        ];

        for (int i = 0; i < Last; i++)
        {
            Interlocked.Increment(ref count);
            signal.Raise();
        }

        await Task.WhenAll(readers).WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Waiting_ends_with_its_token()
    {
        using var stop = new CancellationTokenSource();
        ValueTask waiting = new RunSignal(WorkerPool.Shared).WaitAsync(() => false, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(waiting.AsTask);
    }
}
