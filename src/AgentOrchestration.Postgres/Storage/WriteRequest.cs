namespace AgentOrchestration.Postgres.Storage;

/// <summary>Something that a writer does for one run.</summary>
/// <param name="runId">The run.</param>
/// <param name="bytes">About how many bytes it sends.</param>
internal abstract class WriteRequest(string runId, long bytes)
{
    /// <summary>Gets the run. Two requests of one run are not in one group: the second depends on the first.</summary>
    public string RunId { get; } = runId;

    public long Bytes { get; } = bytes;

    /// <summary>Reports the result, which is committed.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}

/// <summary>Something that a writer does for one run, with a result.</summary>
/// <typeparam name="T">The result.</typeparam>
/// <param name="runId">The run.</param>
/// <param name="bytes">About how many bytes it sends.</param>
internal abstract class WriteRequest<T>(string runId, long bytes) : WriteRequest(runId, bytes)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the task that completes with no thread of the pool.</summary>
    public Task<T> Done => _done.Task;

    /// <summary>Gets or sets the result, before it is reported.</summary>
    public T? Result { get; set; }

    public sealed override void Succeed() => _done.TrySetResult(Result!);

    public sealed override void Fail(Exception exception) => _done.TrySetException(exception);
}
