namespace AgentOrchestration.Runs.Storage;

/// <summary>
/// The port that remembers runs: of each run a header and an append-only journal of events, its large results beside it, and the lease of
/// whoever drives it. A store knows nothing of what headers and events mean.
/// </summary>
/// <remarks>
/// <para>What an implementation promises; <c>RunStoreConformance</c> in AgentOrchestration.Testing checks it:</para>
/// <para>An append is atomic, is durable before it returns, and happens only if both its lease and its place in the journal are right:
/// <see cref="JournalAppend.Lease"/> has the token of the latest lease, and <see cref="JournalAppend.Sequence"/> is the number of events
/// so far. Events are read as they were appended, in that order, without gaps. What cannot be read as it was written is a
/// <see cref="RunStoreException"/>, never left out and never a default.</para>
/// <para>Every lease of a run has a greater token than those before it. A lease that has expired stays good for appends until somebody
/// else takes it. Ids are compared ordinally.</para>
/// <para>Whether a lease has expired the store alone decides, by one clock of its own that runs evenly, whatever becomes of the time of day:
/// a monotonic clock where all processes share one, or that of the database server. Renewing a lease does not block its caller, and completes
/// also when no thread of the pool is free.</para>
/// <para>Implementations are safe for concurrent use. They throw <see cref="ArgumentException"/> for an id that <see cref="RunIds"/>
/// refuses, and <see cref="RunStoreException"/> when they cannot do what is asked; then it may have happened all the same.</para>
/// </remarks>
public interface IRunStore
{
    /// <summary>Remembers a new run, with an empty journal, and gives its lease to its creator.</summary>
    /// <param name="run">The run.</param>
    /// <param name="owner">Who makes it; names a process or the like.</param>
    /// <param name="duration">How long the lease is good, greater than zero.</param>
    /// <param name="cancellationToken">Cancels the asking; the run may have been made all the same.</param>
    /// <returns>The lease, or <see langword="null"/> when there is a run of that id.</returns>
    ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Appends events to the journal of a run, all or none.</summary>
    /// <param name="append">What, and where.</param>
    /// <param name="cancellationToken">Cancels the asking; the events may have been appended all the same.</param>
    /// <returns>What has become of it.</returns>
    /// <exception cref="ArgumentException"><see cref="JournalAppend.ThrowIfInvalid"/> refuses it.</exception>
    ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken);

    /// <summary>Reads the journal of a run as it is when the reading begins.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="from">The first event, from 0.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The events in their order; none for a run that is not there.</returns>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, CancellationToken cancellationToken);

    /// <summary>Reads a blob of a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The blob, or <see langword="null"/> when there is none of that name.</returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken);

    /// <summary>Reads the header of a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The header as it was written, or <see langword="null"/> when there is no such run.</returns>
    ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Finds a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The run, or <see langword="null"/> when there is none of that id.</returns>
    ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken);

    /// <summary>
    /// Lists runs, the oldest first, or the newest; those made at the same moment by the code points of their ids. When some cannot be read as they were
    /// written, the others come first: one damaged run keeps nobody from the rest.
    /// </summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The runs that match the query.</returns>
    /// <exception cref="ArgumentException"><see cref="RunQuery.ThrowIfInvalid"/> refuses the query.</exception>
    /// <exception cref="RunStoreException">After all that are whole: what is damaged, by name.</exception>
    IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, CancellationToken cancellationToken);

    /// <summary>Deletes a run with its journal and blobs, unless an unexpired lease of it is held. A damaged one can be deleted too.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>Whether it was there and was deleted.</returns>
    ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Takes the lease of a run that nobody holds, or whose lease has expired.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="owner">Who takes it.</param>
    /// <param name="duration">How long it is good, greater than zero.</param>
    /// <param name="cancellationToken">Cancels the asking; the lease may have been taken all the same.</param>
    /// <returns>The lease, or <see langword="null"/> when another driver holds it or there is no such run.</returns>
    ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Makes a lease good for longer, from now on; also one that has expired, as long as nobody else has taken it.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="duration">How long it is good from now on, greater than zero.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>The lease as it is now, or <see langword="null"/> when it is not the latest one or was returned.</returns>
    ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken);

    /// <summary>Releases a lease. One that is not the latest changes nothing.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the lease is released.</returns>
    ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Takes leases of runs that have not ended and that nobody holds, or whose leases have expired, those that have waited longest first; of several
    /// who claim at once, each run is taken by one. The default lists open runs and acquires their leases one after another.
    /// </summary>
    /// <param name="claim">How many, and which.</param>
    /// <param name="cancellationToken">Cancels the asking; leases may have been taken all the same.</param>
    /// <returns>The leases, at most <see cref="RunClaim.Max"/>.</returns>
    /// <exception cref="ArgumentException"><see cref="RunClaim.ThrowIfInvalid"/> refuses the claim.</exception>
    async ValueTask<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        claim.ThrowIfInvalid();
        List<RunLease> leases = [];
        try
        {
            await foreach (StoredRun run in ListAsync(new RunQuery { IsEnded = false, IsLeased = false }, cancellationToken).ConfigureAwait(false))
            {
                if (claim.Takes(run) && await AcquireLeaseAsync(run.RunId, claim.Owner, claim.Duration, cancellationToken).ConfigureAwait(false) is { } lease)
                {
                    leases.Add(lease);
                    if (leases.Count == claim.Max)
                    {
                        break;
                    }
                }
            }
        }
        catch (RunStoreException) when (leases.Count > 0)
        {
            // What was taken is driven; a store that stays damaged says so when there is nothing else to take.
        }

        return leases;
    }

    /// <summary>Remembers a new run that nobody drives yet, so that a process that has room claims it. The default creates it and releases its lease.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels the asking; the run may have been made all the same.</param>
    /// <returns>Whether it was made; <see langword="false"/> when there is a run of that id.</returns>
    async ValueTask<bool> SubmitAsync(NewRun run, CancellationToken cancellationToken)
    {
        if (await CreateAsync(run, "submitter", TimeSpan.FromSeconds(10), cancellationToken).ConfigureAwait(false) is not { } lease)
        {
            return false;
        }

        try
        {
            await ReleaseLeaseAsync(lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RunStoreException)
        {
            // The run is there, and free as soon as the lease has expired.
        }

        return true;
    }

    /// <summary>Gets the inbox of the store: commands to runs that other processes drive.</summary>
    /// <value>The default value is <see langword="null"/>: this store has none.</value>
    IRunInbox? Inbox => null;
}
