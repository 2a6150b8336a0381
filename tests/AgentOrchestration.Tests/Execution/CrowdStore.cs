using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Tests.Execution;

/// <summary>A store that answers who reads the header of a run or deletes it only when a crowd asks at once, and counts how many do.</summary>
/// <param name="inner">The store.</param>
/// <param name="crowd">How many have to ask at once.</param>
/// <param name="all">How many will ask in all: the last ones are fewer.</param>
internal sealed class CrowdStore(IRunStore inner, int crowd, int all) : IRunStore, IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOpen;
    private int _waiting;
    private int _inside;
    private int _left = all;

    /// <summary>The most that have asked at once.</summary>
    public int Largest { get; private set; }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOpen = true;
            _arrived.TrySetResult();
        }
    }

    public ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.CreateAsync(run, owner, duration, cancellationToken);

    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) => inner.AppendAsync(append, cancellationToken);

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, CancellationToken cancellationToken) => inner.ReadAsync(runId, from, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken) => inner.ReadBlobAsync(runId, name, cancellationToken);

    public async ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        await ArriveAsync();
        ReadOnlyMemory<byte>? header = await inner.ReadHeaderAsync(runId, cancellationToken);
        Go();
        return header;
    }

    public ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken) => inner.FindAsync(runId, cancellationToken);

    public IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    public async ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        await ArriveAsync();
        bool wasDeleted = await inner.DeleteAsync(runId, cancellationToken);
        Go();
        return wasDeleted;
    }

    public ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        inner.AcquireLeaseAsync(runId, owner, duration, cancellationToken);

    public ValueTask<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, CancellationToken cancellationToken) => inner.ClaimAsync(claim, cancellationToken);

    public ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken) => inner.RenewLeaseAsync(lease, duration, cancellationToken);

    public ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken) => inner.ReleaseLeaseAsync(lease, cancellationToken);

    private Task ArriveAsync()
    {
        lock (_gate)
        {
            Largest = Math.Max(Largest, ++_inside);
            TaskCompletionSource arrived = _arrived;
            if (++_waiting == Math.Min(crowd, _left) || _isOpen)
            {
                _left -= _waiting;
                _waiting = 0;
                _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                arrived.SetResult();
            }

            return arrived.Task;
        }
    }

    private void Go()
    {
        lock (_gate)
        {
            _inside--;
        }
    }
}
