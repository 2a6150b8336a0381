namespace AgentOrchestration.Execution;

/// <summary>Where the executor's work happens: on the thread pool, or wherever a simulation wants it. Names the runs too.</summary>
internal abstract class WorkerPool
{
    /// <summary>The thread pool.</summary>
    public static WorkerPool Shared { get; } = new ThreadPoolWorkers();

    /// <summary>Lets a thread run something soon.</summary>
    public abstract void Queue(IThreadPoolWorkItem work, bool preferLocal);

    /// <summary>Lets a thread run something soon. It must not throw.</summary>
    public abstract void Queue(Action work);

    /// <summary>Cancels a token. Whether it waits for the callbacks of others is the pool's business.</summary>
    public abstract Task CancelAsync(CancellationTokenSource source);

    /// <summary>Lets a thread begin something soon.</summary>
    /// <returns>Completes with it.</returns>
    public abstract Task RunAsync(Func<Task> work);

    /// <summary>Lets a thread begin something soon that has a result.</summary>
    /// <returns>Completes with it.</returns>
    public abstract Task<TResult> RunAsync<TResult>(Func<Task<TResult>> work);

    /// <summary>Computes something that takes long, apart from the caller.</summary>
    public abstract Task ComputeAsync(Action work);

    /// <summary>Calls back again and again, whether a thread of the pool is free or not.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="period">The time between two calls.</param>
    /// <param name="what">What is called, by one thread at a time. It must neither wait nor throw.</param>
    /// <returns>Ends it when disposed of.</returns>
    public abstract IDisposable Repeat(TimeProvider timeProvider, TimeSpan period, Action what);

    /// <summary>Makes what <see cref="Complete"/> completes.</summary>
    public abstract TaskCompletionSource NewCompletion();

    /// <summary>Completes it. Those who await it continue soon, never inside this call.</summary>
    public abstract void Complete(TaskCompletionSource completion);

    /// <summary>Names a new run.</summary>
    public abstract string NewRunId();

    private sealed class ThreadPoolWorkers : WorkerPool
    {
        public override void Queue(IThreadPoolWorkItem work, bool preferLocal) => ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal);

        public override void Queue(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

        public override Task CancelAsync(CancellationTokenSource source) => source.CancelAsync();

        public override Task RunAsync(Func<Task> work) => Task.Run(work);

        public override Task<TResult> RunAsync<TResult>(Func<Task<TResult>> work) => Task.Run(work);

        public override Task ComputeAsync(Action work) => Task.Run(work);

        public override IDisposable Repeat(TimeProvider timeProvider, TimeSpan period, Action what) =>
            new ThreadTimer("AgentOrchestration leases", timeProvider, period, what);

        public override TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Complete(TaskCompletionSource completion) => completion.TrySetResult();

        public override string NewRunId() => Guid.CreateVersion7().ToString("N");
    }
}
