using System.Runtime.CompilerServices;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Tests.Execution.Callers;

/// <summary>A store of an application.</summary>
internal sealed class OrdinaryStore(IRunStore inner) : IRunStore
{
    public async ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.CreateAsync(run, owner, duration, cancellationToken);
    }

    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.AppendAsync(append, cancellationToken);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        await foreach (ReadOnlyMemory<byte> content in inner.ReadAsync(runId, from, cancellationToken))
        {
            yield return content;
            await OrdinaryCode.AwaitAsync();
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.ReadBlobAsync(runId, name, cancellationToken);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.ReadHeaderAsync(runId, cancellationToken);
    }

    public async ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.FindAsync(runId, cancellationToken);
    }

    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        await foreach (StoredRun run in inner.ListAsync(query, cancellationToken))
        {
            yield return run;
            await OrdinaryCode.AwaitAsync();
        }
    }

    public async ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.DeleteAsync(runId, cancellationToken);
    }

    public async ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.AcquireLeaseAsync(runId, owner, duration, cancellationToken);
    }

    public async ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        return await inner.RenewLeaseAsync(lease, duration, cancellationToken);
    }

    public async ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        await OrdinaryCode.AwaitAsync();
        await inner.ReleaseLeaseAsync(lease, cancellationToken);
    }
}
