using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The file: opens connections to it, and refuses what it should not be used with.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    private const int SchemaVersion = 4;

    // "AGOR", so that another application's database is not taken for one of runs.
    private const int ApplicationId = 0x41474F52;

    private const int CorruptCode = 11;

    // SQLITE_READONLY_DBMOVED.
    private const int MovedCode = 1032;

    /// <summary>Versions before it could lose committed writes: sqlite.org/wal.html, "the WAL-reset bug".</summary>
    private static readonly Version OldestSqlite = new(3, 51, 3);

    /// <summary>How long another process may hold the lock: well within the lease of a run, so that there is time to ask again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How large the write-ahead log stays, once what it holds is in the file.</summary>
    private const int LargestLog = 8 * 1024 * 1024;

    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly CommitMark _mark;
    private readonly byte[] _key;
    private byte[] _identity = [];
    private byte[] _secret = [];
    private volatile bool _isDisposed;

    private SqliteDatabase(string path, ReadOnlySpan<byte> key)
    {
        Path = path;
        _key = key.ToArray();
        _mark = new CommitMark(path + "-mark");
    }

    public string Path { get; }

    /// <param name="path">The file.</param>
    /// <param name="key">The application's key; empty for none.</param>
    public static SqliteDatabase Open(string path, ReadOnlySpan<byte> key = default)
    {
        SQLitePCL.Batteries_V2.Init();
        var database = new SqliteDatabase(path, key);
        try
        {
            database.Guard(database.Prepare);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Creates what vouches for the content of the file, for one caller at a time.</summary>
    public HashChain CreateChain() => new(_secret);

    /// <summary>A connection that writes as this store promises, to the file that was opened and to no other.</summary>
    public SqliteConnection Connect()
    {
        if (!File.Exists(Path))
        {
            throw Gone();
        }

        // The mark before the file: what others commit meanwhile is no loss.
        long? marked = _mark.Read(_identity);
        SqliteConnection connection = Connect(SqliteOpenMode.ReadWrite);
        try
        {
            (byte[] identity, long commits) = ReadIdentity(connection);
            return !identity.AsSpan().SequenceEqual(_identity) ? throw Gone() : marked > commits ? throw Lost(marked.Value, commits) : connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads from one state of the file.</summary>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(SqliteRunStore));
        return Guard(() =>
        {
            if (!_readers.TryTake(out SqliteSession? session))
            {
                session = new SqliteSession(this, Connect());
            }

            bool isWhole = false;
            try
            {
                session.Execute("BEGIN");
                T result = read(session);
                session.Execute("COMMIT");
                ThrowIfGone(session);
                isWhole = true;
                return result;
            }
            finally
            {
                if (isWhole && !_isDisposed)
                {
                    _readers.Add(session);
                }
                else
                {
                    session.Dispose();
                }
            }
        });
    }

    /// <summary>A transaction has been committed.</summary>
    public void Committed(long commits)
    {
        try
        {
            _mark.Write(_identity, commits);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A full disk, or a mark that somebody has locked up: the commit itself is safe, and a mark that lags is none that is wrong.
        }
    }

    /// <summary>What is written to a file that was removed goes with its last user.</summary>
    public void ThrowIfGone(SqliteSession session)
    {
        if (session.HasMoved)
        {
            throw Gone();
        }
    }

    public T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception)
        {
            throw Explain(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidCastException or FormatException or OverflowException)
        {
            throw new RunStoreException($"The file '{Path}' cannot be used: {exception.Message}", exception);
        }
    }

    public RunStoreException Damaged(string what) =>
        new($"The file '{Path}' is damaged: {what} Restore it from a copy; nothing of what is damaged is used.");

    public RunStoreException Explain(SqliteException exception) => exception.SqliteErrorCode switch
    {
        _ when exception.SqliteExtendedErrorCode == MovedCode => Gone(exception),
        5 or 6 => new RunStoreException($"The file '{Path}' is locked by another process: {exception.Message}", exception) { IsTransient = true },
        8 => new RunStoreException($"The file '{Path}' or its folder cannot be written: {exception.Message}", exception),
        10 => new RunStoreException($"The disk of '{Path}' fails: {exception.Message}", exception),
        CorruptCode => new RunStoreException($"The file '{Path}' is damaged: {exception.Message} Restore it from a copy.", exception),
        13 => new RunStoreException($"The disk of '{Path}' is full. Free some space, then resume the runs.", exception),
        14 => new RunStoreException($"The file '{Path}' cannot be opened or made: {exception.Message} Its folder must be there and be writable.", exception),
        26 => new RunStoreException($"The file '{Path}' is no SQLite database, or its beginning is damaged.", exception),
        _ => new RunStoreException($"The file '{Path}' cannot be used: {exception.Message}", exception),
    };

    /// <summary>SQLite's own waiting for another process is much finer than that of the provider.</summary>
    public static void SetPatience(SqliteConnection connection) =>
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {Patience.TotalMilliseconds}"));

    public void Dispose()
    {
        _isDisposed = true;
        while (_readers.TryTake(out SqliteSession? session))
        {
            session.Dispose();
        }

        _mark.Dispose();
    }

    private bool Prepare()
    {
        PrepareSpace();
        using SqliteConnection connection = Connect(SqliteOpenMode.ReadWriteCreate);
        if (Version.Parse(connection.ServerVersion) < OldestSqlite)
        {
            throw new RunStoreException(
                $"SQLite {connection.ServerVersion} can lose committed writes (sqlite.org/wal.html#walresetbug). Use {OldestSqlite} or later: reference SQLitePCLRaw.bundle_e_sqlite3 2.1.13 or later.");
        }

        UseWriteAheadLog(connection);
        Execute(connection, "BEGIN IMMEDIATE");
        CheckSchema(connection);
        (_identity, long commits) = ReadIdentity(connection);
        CheckKey(connection);
        _secret = HashChain.SecretOf(_identity, _key);

        // Inside the transaction: what another process commits and marks meanwhile is no loss.
        long? marked = _mark.Read(_identity);
        Execute(connection, "COMMIT");
        if (marked > commits)
        {
            throw Lost(marked.Value, commits);
        }

        _mark.Open();
        return true;
    }

    /// <summary>Where nothing is, something new may be. An empty file beside a mark is none that is new: SQLite would throw its log away.</summary>
    private void PrepareSpace()
    {
        var file = new FileInfo(Path);
        if (file.Exists && file.Length == 0)
        {
            ThrowIfMarked();
        }
        else if (!file.Exists)
        {
            _mark.Discard();
            try
            {
                // SQLite gives its log and its index the rights of the file.
                OwnFile.Create(Path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // SQLite says why.
            }
        }
    }

    private void ThrowIfMarked()
    {
        if (_mark.IsThere)
        {
            throw new RunStoreException(
                $"The file '{Path}' is empty, but there have been commits: it was cut off. Restore a whole copy; to begin anew, delete it and '{_mark.Path}'.");
        }
    }

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        // SQLite's own waiting for another process is much finer than that of the provider, which would repeat it up to its own timeout; 0 would be for ever.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {Patience.TotalMilliseconds}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = {LargestLog};"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private RunStoreException Gone(Exception? exception = null) => new(
        $"The file '{Path}' was removed or replaced while it was in use. Put it back, with its log '{Path}-wal' if it had one, then resume the runs; for a new file, start the process again.", exception);

    private RunStoreException Lost(long marked, long commits) => new(
        $"The file '{Path}' has lost {marked - commits} of {marked} commits: it is damaged, or an older copy. Restore a whole copy; to go on with what is there all the same, delete '{_mark.Path}'.");

    /// <summary>Only one connection at a time can change the mode; whoever is refused waits for the lock and tries again.</summary>
    private static void UseWriteAheadLog(SqliteConnection connection)
    {
        const int Tries = 10;
        for (int left = Tries; ; left--)
        {
            try
            {
                if (Scalar(connection, "PRAGMA journal_mode = WAL") is "wal")
                {
                    return;
                }

                throw new RunStoreException($"The file '{connection.DataSource}' cannot have a write-ahead log; use a file on a local disk.");
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is 5 or 6 && left > 0)
            {
                Execute(connection, "BEGIN EXCLUSIVE; COMMIT;");
            }
        }
    }

    private void CheckSchema(SqliteConnection connection)
    {
        int version = (int)(long)Scalar(connection, "PRAGMA user_version")!;
        int application = (int)(long)Scalar(connection, "PRAGMA application_id")!;
        bool isEmpty = (long)Scalar(connection, "SELECT count(*) FROM sqlite_schema")! == 0;
        if (isEmpty && version == 0 && application == 0)
        {
            ThrowIfMarked();
            Create(connection);
        }
        else if (application != ApplicationId)
        {
            throw new RunStoreException($"The file '{Path}' is a database of another application. Use a file of its own for runs.");
        }
        else if (version > SchemaVersion)
        {
            throw new RunStoreException(
                $"The file '{Path}' has the form {version}; this version of the library knows the form {SchemaVersion}. Use the version that wrote it, or a later one.");
        }
        else if (isEmpty || version < 1)
        {
            throw Damaged("its form is unknown.");
        }
        else if (version < SchemaVersion)
        {
            throw new RunStoreException(
                $"The file '{Path}' has the form {version}; this version of the library knows the form {SchemaVersion}. Finish its runs with the version that wrote it, and use another file.");
        }
    }

    private void Create(SqliteConnection connection)
    {
        Execute(connection, Schema);
        byte[] identity = RandomNumberGenerator.GetBytes(CommitMark.IdentityLength);
        using (SqliteCommand command = connection.CreateCommand())
        {
            command.CommandText = "INSERT INTO store VALUES ($identity, 0, 0, $check)";
            command.Parameters.AddWithValue("$identity", identity);
            command.Parameters.AddWithValue("$check", _key.Length == 0 ? DBNull.Value : HashChain.CheckOf(identity, _key));
            command.ExecuteNonQuery();
        }

        using var chain = new HashChain(HashChain.SecretOf(identity, _key));
        RunDirectory.Begin(connection, chain);
    }

    private void CheckKey(SqliteConnection connection)
    {
        byte[]? check = Scalar(connection, "SELECT key_check FROM store") as byte[];
        if (check is null && _key.Length > 0)
        {
            throw new RunStoreException(
                $"The file '{Path}' was made without a key, or its key was removed: what it holds cannot be trusted. Restore a copy that has its key, or use another file for runs with a key.");
        }

        if (check is not null && _key.Length == 0)
        {
            throw new RunStoreException($"The file '{Path}' has a key, and none was given. Open it with the key that it was made with.");
        }

        if (check is not null && !CryptographicOperations.FixedTimeEquals(check, HashChain.CheckOf(_identity, _key)))
        {
            throw new RunStoreException($"The key is not that of the file '{Path}'. Open it with the key that it was made with; for another key, use another file.");
        }
    }

    private (byte[] Identity, long Commits) ReadIdentity(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT identity, commits FROM store";
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() && reader.GetValue(0) is byte[] { Length: CommitMark.IdentityLength } identity
            ? (identity, reader.GetInt64(1))
            : throw Damaged("it has lost its identity.");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private static string Schema => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE store (identity BLOB NOT NULL, commits INTEGER NOT NULL, open INTEGER NOT NULL, key_check BLOB) STRICT;
        CREATE TABLE runs (
            key INTEGER PRIMARY KEY, run_id TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
            sequence INTEGER NOT NULL, origin BLOB NOT NULL, head BLOB NOT NULL, outcome TEXT,
            token INTEGER NOT NULL, owner TEXT, granted INTEGER NOT NULL, expires INTEGER NOT NULL,
            ended INTEGER NOT NULL, subtasks INTEGER NOT NULL, name TEXT, goal TEXT NOT NULL, tags TEXT, seal BLOB NOT NULL) STRICT;
        CREATE INDEX runs_by_age ON runs (created, run_id);
        CREATE INDEX runs_by_outcome ON runs (outcome, created, run_id);
        CREATE INDEX runs_ended_by_age ON runs (created, run_id) WHERE outcome IS NOT NULL;
        CREATE INDEX runs_ended_by_update ON runs (updated) WHERE outcome IS NOT NULL;
        CREATE INDEX runs_owned_by_age ON runs (created, run_id) WHERE owner IS NOT NULL;
        CREATE INDEX runs_by_name ON runs (name, created, run_id) WHERE name IS NOT NULL;
        CREATE TABLE tags (
            tag TEXT NOT NULL, value TEXT NOT NULL, created INTEGER NOT NULL, run_id TEXT NOT NULL, run INTEGER NOT NULL,
            PRIMARY KEY (tag, value, created, run_id)) STRICT, WITHOUT ROWID;
        CREATE INDEX tags_by_run ON tags (run);
        CREATE TABLE directory (run_id TEXT PRIMARY KEY, run INTEGER NOT NULL, previous TEXT NOT NULL, seal BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE headers (run INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE journal (
            place INTEGER PRIMARY KEY, count INTEGER NOT NULL, events BLOB NOT NULL, head BLOB NOT NULL,
            run INTEGER AS (place >> {JournalPlace.SequenceBits}), sequence INTEGER AS (place & {JournalPlace.LastSequence})) STRICT;
        CREATE TABLE blobs (run INTEGER NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (run, name)) STRICT;
        PRAGMA application_id = {ApplicationId};
        PRAGMA user_version = {SchemaVersion};
        """);
}
