using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Tests.Execution;

/// <summary>A store whose appends, and renewals and releases of leases, wait until they may go on.</summary>
internal sealed class HoldingStore(IRunStore inner, Func<JournalAppend, Task> mayAppend, Func<Task>? mayRenew = null, Func<Task>? mayRelease = null) : IRunStore, IDisposable
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The inbox; none by default.</summary>
    public IRunInbox? Inbox { get; init; }

    /// <summary>Completes when an append waits.</summary>
    public Task Held => _held.Task;

    /// <summary>Holds no append any more, so that a process ends though its test has failed.</summary>
    public void Dispose() => _letGo.TrySetResult();

    public ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.CreateAsync(run, owner, duration, cancellationToken);

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        Task waiting = mayAppend(append);
        if (!waiting.IsCompleted)
        {
            _held.TrySetResult();
            await await Task.WhenAny(waiting, _letGo.Task);
        }

        return await inner.AppendAsync(append, cancellationToken);
    }

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, CancellationToken cancellationToken) => inner.ReadAsync(runId, from, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken) => inner.ReadBlobAsync(runId, name, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken) => inner.ReadHeaderAsync(runId, cancellationToken);

    public ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken) => inner.FindAsync(runId, cancellationToken);

    public IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken) => inner.DeleteAsync(runId, cancellationToken);

    public ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.AcquireLeaseAsync(runId, owner, duration, cancellationToken);

    public async ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        await (mayRenew?.Invoke() ?? Task.CompletedTask);
        return await inner.RenewLeaseAsync(lease, duration, cancellationToken);
    }

    public async ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        await (mayRelease?.Invoke() ?? Task.CompletedTask);
        await inner.ReleaseLeaseAsync(lease, cancellationToken);
    }
}
