using System.Runtime.CompilerServices;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite.Storage;

namespace AgentOrchestration.Sqlite;

/// <summary>
/// Remembers runs in one SQLite file. What it says is done is on the disk (WAL, <c>synchronous=FULL</c>); concurrent appends share one transaction.
/// Several processes may use one file. A hash chain over each journal, a seal over each run, a chained directory of ids and a count of commits beside
/// the file find damage and loss; what is damaged is refused, by name. Without a key they do not protect against an attacker who can write the file and
/// computes the hashes anew; with one they do. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// using var store = new SqliteRunStore("runs.db", TimeProvider.System);
/// await foreach (StoredRun stored in store.ListAsync(new RunQuery { IsEnded = false }, cancellationToken))
/// {
///     Console.WriteLine(stored.RunId);
/// }
/// </code>
/// </example>
public sealed class SqliteRunStore : IRunStore, IRunInbox, IDisposable
{
    private const int ShortestKey = 16;

    private readonly SqliteDatabase _database;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _timeProvider;

    /// <summary>Opens a file, or makes it. Its content is protected against damage.</summary>
    /// <param name="path">The file. Its folder must exist. A new file is for its owner only (on Windows: for every user of the folder).</param>
    /// <param name="timeProvider">The clock. Leases expire by its timestamps, the monotonic clock of the machine, which all processes of the file share.</param>
    /// <exception cref="RunStoreException">
    /// The file cannot be opened or written, is no database of runs, is of a newer version, has a key, has lost commits or is damaged; or SQLite is too old.
    /// </exception>
    public SqliteRunStore(string path, TimeProvider timeProvider)
        : this(path, [], timeProvider)
    {
    }

    /// <summary>
    /// Opens a file, or makes it. Its content is protected against damage and against changes by anybody who does not have the key.
    /// </summary>
    /// <param name="path">The file. Its folder must exist. A new file is for its owner only (on Windows: for every user of the folder).</param>
    /// <param name="timeProvider">The clock. Leases expire by its timestamps, the monotonic clock of the machine, which all processes of the file share.</param>
    /// <param name="key">
    /// The key of the application: at least 16 random bytes, such as 32 of <see cref="System.Security.Cryptography.RandomNumberGenerator"/>, kept apart
    /// from the file. All processes of a file use the same one. It encrypts nothing.
    /// </param>
    /// <exception cref="ArgumentException">The key is shorter than 16 bytes.</exception>
    /// <exception cref="RunStoreException">
    /// The file cannot be opened or written, is no database of runs, is of a newer version, was made without a key or with another one, has lost
    /// commits or is damaged; or SQLite is too old.
    /// </exception>
    public SqliteRunStore(string path, TimeProvider timeProvider, ReadOnlyMemory<byte> key)
        : this(path, Checked(key), timeProvider)
    {
    }

    private SqliteRunStore(string path, ReadOnlySpan<byte> key, TimeProvider timeProvider)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _timeProvider = timeProvider;
        _database = SqliteDatabase.Open(System.IO.Path.GetFullPath(path), key);
        _writer = new SqliteWriter(_database);
    }

    /// <summary>Gets the path of the database file.</summary>
    /// <value>A full path.</value>
    public string Path => _database.Path;

    /// <inheritdoc/>
    public IRunInbox Inbox => this;

    /// <inheritdoc/>
    public async ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunIds.ThrowIfInvalid(run.RunId);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return await _writer.WriteAsync(session => Create(session, run, owner, duration), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.ThrowIfInvalid();
        byte[] lines = append.Events.Count == 0 ? [] : JournalLines.Join(append.Events);
        return await _writer.WriteAsync(session => Append(session, append, lines), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        if (_database.Read(session => session.Journal.Begin(runId, from)) is { } cursor)
        {
            while (_database.Read(session => session.Journal.Read(cursor)) is { Count: > 0 } events)
            {
                long first = cursor.Sequence - events.Count;
                for (int i = (int)Math.Max(0, from - first); i < events.Count; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return events[i];
                }

                cursor.WantMore();
            }
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentNullException.ThrowIfNull(name);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_database.Read(session => session.Blobs.Read(runId, name)));
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_database.Read(session => session.Journal.ReadHeader(runId)));
    }

    /// <inheritdoc/>
    public ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_database.Read(session => session.Runs.Find(runId))?.ToStoredRun(Now));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.ThrowIfInvalid();
        StoreMoment now = Now;
        RunStoreException? damage = null;
        RunRow? last = null;
        int left = query.Max ?? int.MaxValue;
        for (bool isLast = false; !isLast;)
        {
            RunPage page = _database.Read(session => session.Runs.List(query, now, last, left));
            foreach (RunRow row in page.Rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row.ToStoredRun(now);
            }

            damage ??= page.Damage;
            left -= page.Rows.Count;
            (last, isLast) = (page.Last, page.IsLast);
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
        if (damage is not null)
        {
            throw damage;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        return await _writer.WriteAsync(session => Delete(session, runId), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        return await _writer.WriteAsync(session => Acquire(session, runId, owner, duration), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        RunIds.ThrowIfInvalid(lease.RunId);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);

        // The task of the writer itself completes with no thread of the pool.
        return new ValueTask<RunLease?>(_writer.WriteAsync(session => Renew(session, lease, duration), cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        RunIds.ThrowIfInvalid(lease.RunId);
        await _writer.WriteAsync(session => Release(session, lease), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RunLease>> ClaimAsync(RunClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        claim.ThrowIfInvalid();

        // Most claims find nothing, and take no turn to write.
        StoreMoment now = Now;
        RunStoreException? damage = null;
        if (_database.Read(session => session.Runs.FindClaimable(claim, now, out damage)).Count == 0)
        {
            return damage is null ? [] : throw damage;
        }

        return await _writer.WriteAsync(session => Claim(session, claim), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SubmitAsync(NewRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunIds.ThrowIfInvalid(run.RunId);
        return await _writer.WriteAsync(session => Submit(session, run), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.ThrowIfInvalid();
        return await _writer.WriteAsync(session => session.Commands.Send(command), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReadOnlyList<RunCommand>>(_database.Read(session => ReadCommands(session, runIds, max)));
    }

    /// <inheritdoc/>
    public ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_database.Read(session => session.Commands.FindAnswer(runId, commandId)));
    }

    /// <summary>Ends what has been asked so far, and closes the file.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        _database.Dispose();
    }

    /// <summary>Refuses what is no key, such as a missing setting.</summary>
    internal static ReadOnlySpan<byte> Checked(ReadOnlyMemory<byte> key) => key.Length >= ShortestKey
        ? key.Span
        : throw new ArgumentException($"A key has at least {ShortestKey} bytes; this one has {key.Length}. Make one with RandomNumberGenerator.GetBytes(32), and keep it apart from the file.", nameof(key));

    private StoreMoment Now => StoreMoment.Now(_timeProvider);

    private RunLease? Create(SqliteSession session, NewRun run, string owner, TimeSpan duration)
    {
        if (session.Runs.Find(run.RunId) is not null)
        {
            return null;
        }

        StoreMoment now = Now;
        RunRow row = (RowOf(session, run) with { Token = 1, Owner = owner }).Grant(now, duration);
        session.Insert(row, run.Header);
        return row.ToLease(now);
    }

    private static bool Submit(SqliteSession session, NewRun run)
    {
        if (session.Runs.Find(run.RunId) is not null)
        {
            return false;
        }

        session.Insert(RowOf(session, run), run.Header);
        return true;
    }

    private static RunRow RowOf(SqliteSession session, NewRun run)
    {
        byte[] origin = session.Chain.Origin(run);
        return new RunRow
        {
            RunId = run.RunId,
            Created = run.CreatedAt.UtcTicks,
            Updated = run.CreatedAt.UtcTicks,
            Origin = origin,
            Head = origin,
            Token = 0,
            Progress = new RunProgress(0, run.Subtasks),
            Name = run.Name,
            Goal = run.Goal,
            Tags = TagText.Write(run.Tags),
            TaskTypes = TaskTypeText.Write(run.TaskTypes),
        };
    }

    private AppendOutcome Append(SqliteSession session, JournalAppend append, byte[] lines)
    {
        if (session.Runs.Find(append.Lease.RunId) is not { } row || !IsLatest(row, append.Lease))
        {
            return AppendOutcome.NotOwner;
        }

        if (row.Sequence != append.Sequence)
        {
            return AppendOutcome.WrongSequence;
        }

        foreach (CommandAnswer answer in append.Answers)
        {
            session.Commands.Answer(row, answer);
        }

        if (append.Events.Count == 0)
        {
            return AppendOutcome.Appended;
        }

        byte[] head = session.Chain.Next(row.Head, row.Sequence, append.Events.Count, lines);
        session.Journal.Add(row.Key, row.Sequence, append.Events.Count, lines, head);
        if (append.TaskTypes.Count > 0)
        {
            row = row with { TaskTypes = TaskTypeText.Write([.. TaskTypeText.Read(row.TaskTypes), .. append.TaskTypes]) };
            session.Runs.UpdateTaskTypes(row);
        }

        foreach (JournalBlob blob in append.Blobs)
        {
            session.Blobs.Add(row.Key, blob);
        }

        RunRow updated = row with
        {
            Updated = _timeProvider.GetUtcNow().UtcTicks,
            Sequence = row.Sequence + append.Events.Count,
            Head = head,
            Outcome = append.Outcome ?? row.Outcome,
            Progress = append.Progress ?? row.Progress,
        };
        session.Runs.UpdateJournal(updated, wasEnded: row.Outcome is not null);
        return AppendOutcome.Appended;
    }

    private bool Delete(SqliteSession session, string runId)
    {
        if (session.Runs.FindFree(runId, Now) is not { } key)
        {
            return false;
        }

        session.Delete(runId, key);
        return true;
    }

    private RunLease? Acquire(SqliteSession session, string runId, string owner, TimeSpan duration)
    {
        StoreMoment now = Now;
        if (session.Runs.Find(runId) is not { } row || row.IsLeased(now))
        {
            return null;
        }

        RunRow taken = (row with { Token = row.Token + 1, Owner = owner }).Grant(now, duration);
        session.Runs.UpdateLease(taken);
        return taken.ToLease(now);
    }

    private List<RunLease> Claim(SqliteSession session, RunClaim claim)
    {
        StoreMoment now = Now;
        List<RunLease> leases = [];
        foreach (RunRow row in session.Runs.FindClaimable(claim, now, out _))
        {
            RunRow taken = (row with { Token = row.Token + 1, Owner = claim.Owner }).Grant(now, claim.Duration);
            session.Runs.UpdateLease(taken);
            leases.Add(taken.ToLease(now)!);
        }

        return leases;
    }

    private static List<RunCommand> ReadCommands(SqliteSession session, IReadOnlyCollection<string> runIds, int max)
    {
        List<RunCommand> commands = [];
        HashSet<string> addressed = session.Commands.FindAddressed();
        foreach (string runId in runIds.Where(addressed.Contains).Distinct(StringComparer.Ordinal))
        {
            if (commands.Count < max)
            {
                session.Commands.Read(runId, max - commands.Count, commands);
            }
        }

        return commands;
    }

    private RunLease? Renew(SqliteSession session, RunLease lease, TimeSpan duration)
    {
        if (session.Runs.Find(lease.RunId) is not { } row || !IsLatest(row, lease))
        {
            return null;
        }

        StoreMoment now = Now;
        RunRow renewed = row.Grant(now, duration);
        session.Runs.UpdateLease(renewed);
        return renewed.ToLease(now);
    }

    private static bool Release(SqliteSession session, RunLease lease)
    {
        if (session.Runs.Find(lease.RunId) is not { } row || !IsLatest(row, lease))
        {
            return false;
        }

        session.Runs.UpdateLease(row with { Owner = null, Granted = 0, Expires = 0 });
        return true;
    }

    private static bool IsLatest(RunRow row, RunLease lease) => row.Owner is not null && row.Token == lease.Token;
}
