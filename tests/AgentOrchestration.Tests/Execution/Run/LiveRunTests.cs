using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Tests.Execution.Run;

/// <summary>A run that several hold, whatever handle its executor gives.</summary>
public sealed class LiveRunTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_holds_a_run_has_it_until_it_is_released()
    {
        for (int i = 0; i < 5_000; i++)
        {
            var handle = new Handle();
            var run = new LiveRun(handle, new RunOptions());
            using var both = new Barrier(2);
            Task<bool> holding = Task.Run(() =>
            {
                both.SignalAndWait(TestEnd);
                return run.TryHold();
            }, TestEnd);
            Task releasing = Task.Run(() =>
            {
                both.SignalAndWait(TestEnd);
                return run.ReleaseAsync();
            }, TestEnd);

            await Task.WhenAll(holding, releasing).InTimeAsync();

            Assert.NotEqual(await holding, handle.IsClosed);
        }
    }

    [Fact]
    public async Task A_handle_that_makes_its_completion_anew_whenever_it_is_asked_is_removed_when_its_run_has_ended()
    {
        var handle = new Handle();
        var runs = new LiveRuns();
        LiveRun run = runs.Add(handle, new RunOptions());
        Assert.Same(run, runs.Find("run"));

        handle.End();
        await RemovedAsync(runs).InTimeAsync();

        Assert.False(run.IsOpen);
    }

    private static async Task RemovedAsync(LiveRuns runs)
    {
        while (runs.Find("run") is not null)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Handle : IRunHandle
    {
        private readonly TaskCompletionSource<RunOutcome> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsClosed { get; private set; }

        public string RunId => "run";

        public TaskGraph Graph => throw new NotSupportedException();

        public Task<RunOutcome> Completion => CompleteAsync();

        public void End() => _end.TrySetResult(RunOutcome.Succeeded);

        public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public RunSnapshot GetSnapshot() => throw new NotSupportedException();

        public ValueTask CancelAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            End();
            return default;
        }

        private async Task<RunOutcome> CompleteAsync() => await _end.Task.ConfigureAwait(false);
    }
}
