using System.Runtime.CompilerServices;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Testing;

/// <summary>
/// Fails operations of a store where a test requires it. To stand for a crash at each point of a run, let one operation fail and every one after it, then
/// resume with the store inside. Safe for concurrent use.
/// </summary>
/// <param name="inner">The store that remembers.</param>
/// <param name="faultOf">What goes wrong with an operation; given its number, from 1. Called once for each.</param>
public sealed class FaultyRunStore(IRunStore inner, Func<long, StoreFault> faultOf) : IRunStore
{
    private long _operations;

    private IRunInbox? _inbox;

    /// <inheritdoc/>
    public IRunInbox? Inbox => inner.Inbox is { } inbox ? _inbox ??= new FaultyInbox(this, inbox) : null;

    /// <summary>Gets the number of operations so far.</summary>
    /// <value>At least 0.</value>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>
    /// Creates a store whose process dies at an operation: that one fails, before or after it has happened, and nothing after it happens.
    /// </summary>
    /// <param name="inner">The store that remembers.</param>
    /// <param name="operation">The operation, from 1.</param>
    /// <param name="hasHappened">Whether it happens all the same.</param>
    /// <returns>The store that fails.</returns>
    public static FaultyRunStore CrashingAt(IRunStore inner, long operation, bool hasHappened) => new(
        inner,
        number => number < operation ? StoreFault.None : number == operation && hasHappened ? StoreFault.FailedAfter : StoreFault.FailedBefore);

    /// <inheritdoc/>
    public ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        DoAsync(() => inner.CreateAsync(run, owner, duration, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) =>
        DoAsync(() => inner.AppendAsync(append, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await DoAsync(() => ValueTask.FromResult(true)).ConfigureAwait(false);
        await foreach (ReadOnlyMemory<byte> content in inner.ReadAsync(runId, from, cancellationToken).ConfigureAwait(false))
        {
            yield return content;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken) =>
        DoAsync(() => inner.ReadBlobAsync(runId, name, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken) =>
        DoAsync(() => inner.ReadHeaderAsync(runId, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken) => DoAsync(() => inner.FindAsync(runId, cancellationToken));

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await DoAsync(() => ValueTask.FromResult(true)).ConfigureAwait(false);
        await foreach (StoredRun run in inner.ListAsync(query, cancellationToken).ConfigureAwait(false))
        {
            yield return run;
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken) => DoAsync(() => inner.DeleteAsync(runId, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken) =>
        DoAsync(() => inner.AcquireLeaseAsync(runId, owner, duration, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken) =>
        DoAsync(() => inner.RenewLeaseAsync(lease, duration, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken) => await DoAsync(async () =>
    {
        await inner.ReleaseLeaseAsync(lease, cancellationToken).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, CancellationToken cancellationToken) => DoAsync(() => inner.ClaimAsync(claim, cancellationToken));

    /// <inheritdoc/>
    public ValueTask<bool> SubmitAsync(NewRun run, CancellationToken cancellationToken) => DoAsync(() => inner.SubmitAsync(run, cancellationToken));

    private async ValueTask<T> DoAsync<T>(Func<ValueTask<T>> operation)
    {
        long number = Interlocked.Increment(ref _operations);
        StoreFault fault = faultOf(number);
        if (fault is StoreFault.FailedBefore or StoreFault.BusyBefore)
        {
            throw Failure(number, fault);
        }

        T result = await operation().ConfigureAwait(false);
        return fault == StoreFault.None ? result : throw Failure(number, fault);
    }

    private sealed class FaultyInbox(FaultyRunStore store, IRunInbox inner) : IRunInbox
    {
        public ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken) => store.DoAsync(() => inner.SendAsync(command, cancellationToken));

        public ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken) =>
            store.DoAsync(() => inner.ReadCommandsAsync(runIds, max, cancellationToken));

        public ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken) =>
            store.DoAsync(() => inner.FindAnswerAsync(runId, commandId, cancellationToken));
    }

    private static RunStoreException Failure(long number, StoreFault fault) =>
        new($"Operation {number} of the store failed, as the test requires.") { IsTransient = fault is StoreFault.BusyBefore or StoreFault.BusyAfter };
}
