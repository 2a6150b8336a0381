using AgentOrchestration.Execution;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>The one thread of the simulation as the workers of the executor.</summary>
internal sealed class SimulatedWorkers(SimulationThread thread) : WorkerPool
{
    private int _runs;

    public override void Queue(IThreadPoolWorkItem work, bool preferLocal) => thread.Post(static work => ((IThreadPoolWorkItem)work!).Execute(), work);

    public override void Queue(Action work) => thread.Post(static work => ((Action)work!)(), work);

    public override Task CancelAsync(CancellationTokenSource source) => RunAsync(() =>
    {
        source.Cancel();
        return Task.CompletedTask;
    });

    public override async Task RunAsync(Func<Task> work)
    {
        await TurnAsync().ConfigureAwait(false);
        await work().ConfigureAwait(false);
    }

    public override async Task<TResult> RunAsync<TResult>(Func<Task<TResult>> work)
    {
        await TurnAsync().ConfigureAwait(false);
        return await work().ConfigureAwait(false);
    }

    /// <summary>Takes no virtual time, so nobody notices that it happens at once.</summary>
    public override Task ComputeAsync(Action work)
    {
        work();
        return Task.CompletedTask;
    }

    public override IDisposable Repeat(TimeProvider timeProvider, TimeSpan period, Action what) =>
        timeProvider.CreateTimer(_ => what(), null, period, period);

    public override TaskCompletionSource NewCompletion() => new();

    public override void Complete(TaskCompletionSource completion) => thread.Post(static completion => ((TaskCompletionSource)completion!).TrySetResult(), completion);

    /// <summary>The first run is named after the seed, what else the handlers start is counted on.</summary>
    public override string NewRunId() => _runs++ == 0 ? $"simulated-{thread.Seed}" : $"simulated-{thread.Seed}-{_runs}";

    /// <summary>A place in the queue; what awaits it continues there.</summary>
    private Task TurnAsync()
    {
        var turn = new TaskCompletionSource();
        thread.Post(static turn => ((TaskCompletionSource)turn!).SetResult(), turn);
        return turn.Task;
    }
}
