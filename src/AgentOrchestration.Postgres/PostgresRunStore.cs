using System.Runtime.CompilerServices;
using AgentOrchestration.Postgres.Storage;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres;

/// <summary>
/// Keeps runs in a PostgreSQL database, which several processes on several machines can share. What is reported to be done is committed by the server, which
/// judges leases by its own clock. It uses nothing of a session, so that it works behind PgBouncer in transaction mode. Connects when it is used
/// first. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// await using var store = new PostgresRunStore("Host=db;Database=app;Username=app;Password=…");
/// await foreach (StoredRun run in store.ListAsync(new RunQuery { IsEnded = false }, cancellationToken))
/// {
///     Console.WriteLine($"{run.RunId}: {run.Progress.EndedSubtasks} of {run.Progress.Subtasks}");
/// }
/// </code>
/// </example>
public sealed class PostgresRunStore : IRunStore, IAsyncDisposable, IDisposable
{
    /// <summary>More do not help: while one writes, all that comes meanwhile gathers in one statement.</summary>
    private const int Writers = 2;

    private static readonly long LongestDuration = TimeSpan.FromDays(36500).Ticks;

    private readonly PostgresDatabase _database;
    private readonly PostgresWriter[] _writers;
    private readonly JournalReading _journals;
    private readonly RunEntries _entries;
    private readonly RunLeases _leases;

    /// <summary>Creates a store with a pool of connections of its own.</summary>
    /// <param name="connectionString">Names the server, the database and the user, as Npgsql reads it.</param>
    /// <param name="options">The options. Default: all as they are by default.</param>
    /// <exception cref="ArgumentException">The connection string or an option is not valid.</exception>
    public PostgresRunStore(string connectionString, PostgresRunStoreOptions? options = null)
        : this((options ?? new PostgresRunStoreOptions()).Checked(), ConnectionSettings.Open(connectionString), isOwned: true)
    {
    }

    /// <summary>Creates a store that takes its connections from a data source of the application, and does not dispose of it.</summary>
    /// <param name="dataSource">The data source.</param>
    /// <param name="options">The options. Default: all as they are by default.</param>
    /// <exception cref="ArgumentException">An option is not valid, or the data source uses multiplexing.</exception>
    public PostgresRunStore(NpgsqlDataSource dataSource, PostgresRunStoreOptions? options = null)
        : this((options ?? new PostgresRunStoreOptions()).Checked(), dataSource, isOwned: false)
    {
    }

    private PostgresRunStore(PostgresRunStoreOptions options, NpgsqlDataSource dataSource, bool isOwned)
    {
        ConnectionSettings.Check(dataSource);
        _database = new PostgresDatabase(dataSource, isOwned, options);
        _journals = new JournalReading(_database);
        _entries = new RunEntries(_database);
        _leases = new RunLeases(_database);
        Inbox = new RunInbox(_database);
        _writers = [.. Enumerable.Range(0, Writers).Select(_ => new PostgresWriter(_database))];
    }

    /// <inheritdoc/>
    public IRunInbox Inbox { get; }

    /// <inheritdoc/>
    public async ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunIds.ThrowIfInvalid(run.RunId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.CreateAsync(run, Checked(owner), Ticks(duration), cancellationToken).ConfigureAwait(false) is { } expires
            ? new RunLease(run.RunId, owner, 1, _database.Clock.TimeOfDayOf(expires))
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SubmitAsync(NewRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunIds.ThrowIfInvalid(run.RunId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.CreateAsync(run, owner: null, 0, cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        var request = new AppendRequest(append, EventLines.Join(append.Events));
        await _database.PrepareAsync(cancellationToken).ConfigureAwait(false);
        return await WriterOf(request).WriteAsync(request).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        cancellationToken.ThrowIfCancellationRequested();
        await foreach (ReadOnlyMemory<byte> content in _journals.ReadAsync(runId, from, cancellationToken).ConfigureAwait(false))
        {
            yield return content;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentNullException.ThrowIfNull(name);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.ReadBlobAsync(runId, name, cancellationToken).ConfigureAwait(false) is { } content ? content : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false) is { } header ? header : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public async ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.FindAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        await foreach (StoredRun run in _entries.ListAsync(query, cancellationToken).ConfigureAwait(false))
        {
            yield return run;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _entries.DeleteAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return await _leases.AcquireAsync(runId, Checked(owner), Ticks(duration), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        claim.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        return await _leases.ClaimAsync(claim, Ticks(claim.Duration), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        RunIds.ThrowIfInvalid(lease.RunId);
        return ChangeLeaseAsync(new LeaseRequest(lease, Ticks(duration)), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        RunIds.ThrowIfInvalid(lease.RunId);
        await ChangeLeaseAsync(new LeaseRequest(lease, null), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends what has been asked so far, and closes the connections of the store.</summary>
    public void Dispose()
    {
        Array.ForEach(_writers, writer => writer.Dispose());
        _database.Dispose();
    }

    /// <summary>Ends what has been asked so far, and closes the connections of the store.</summary>
    /// <returns>A task that completes when they are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_writers.Select(writer => Task.Run(writer.Dispose))).ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask<RunLease?> ChangeLeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask ready = _database.PrepareAsync(cancellationToken);

        // The task of the writer itself completes with no thread of the pool.
        return new ValueTask<RunLease?>(ready.IsCompletedSuccessfully ? WriterOf(request).WriteAsync(request) : WaitAsync(ready.AsTask()));

        async Task<RunLease?> WaitAsync(Task preparation)
        {
            await preparation.ConfigureAwait(false);
            return await WriterOf(request).WriteAsync(request).ConfigureAwait(false);
        }
    }

    private PostgresWriter WriterOf(WriteRequest request) => _writers[(uint)request.RunId.GetHashCode(StringComparison.Ordinal) % Writers];

    private static string Checked(string owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        return owner;
    }

    private static long Ticks(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return Math.Min(duration.Ticks, LongestDuration);
    }
}
