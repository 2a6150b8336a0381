using System.Collections.Concurrent;
using System.Globalization;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The file: opens connections to it, and refuses what it should not be used with.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    /// <summary>Versions before it could lose committed writes: sqlite.org/wal.html, "the WAL-reset bug".</summary>
    private static readonly Version OldestSqlite = new(3, 51, 3);

    /// <summary>How long another process may hold the lock: well within the lease of a run, so that there is time to ask again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How large the write-ahead log stays, once what it holds is in the file.</summary>
    private const int LargestLog = 8 * 1024 * 1024;

    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly CommitMark _mark;
    private readonly SqliteForm _form;
    private readonly byte[] _key;
    private byte[] _identity = [];
    private byte[] _secret = [];
    private volatile bool _isDisposed;

    private SqliteDatabase(string path, ReadOnlySpan<byte> key)
    {
        Path = path;
        _key = key.ToArray();
        _mark = new CommitMark(path + "-mark");
        Faults = new FileFaults(path, _mark.Path);
        _form = new SqliteForm(Faults, _mark, _key);
    }

    public string Path { get; }

    /// <summary>Gets the errors of the file.</summary>
    public FileFaults Faults { get; }

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
            throw Faults.Gone();
        }

        // The mark before the file: what others commit meanwhile is no loss.
        long? marked = _mark.Read(_identity);
        SqliteConnection connection = Connect(SqliteOpenMode.ReadWrite);
        try
        {
            (byte[] identity, long commits) = _form.ReadIdentity(connection);
            return !identity.AsSpan().SequenceEqual(_identity) ? throw Faults.Gone() : marked > commits ? throw Faults.Lost(marked.Value, commits) : connection;
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
            // A full disk, or a mark that another process has locked: the commit itself is safe, and a mark that lags is none that is wrong.
        }
    }

    /// <summary>What is written to a file that was removed goes with its last user.</summary>
    public void ThrowIfGone(SqliteSession session)
    {
        if (session.HasMoved)
        {
            throw Faults.Gone();
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
            throw Faults.Explain(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidCastException or FormatException or OverflowException)
        {
            throw Faults.Unusable(exception);
        }
    }

    /// <summary>SQLite's own waiting for another process is much finer than that of the provider.</summary>
    public static void SetPatience(SqliteConnection connection) =>
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {Patience.TotalMilliseconds}"));

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
        connection.Execute("BEGIN IMMEDIATE");
        _form.Prepare(connection);
        (_identity, long commits) = _form.ReadIdentity(connection);
        _form.CheckKey(connection, _identity);
        _secret = HashChain.SecretOf(_identity, _key);

        // Inside the transaction: what another process commits and marks meanwhile is no loss.
        long? marked = _mark.Read(_identity);
        connection.Execute("COMMIT");
        if (marked > commits)
        {
            throw Faults.Lost(marked.Value, commits);
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
            _form.ThrowIfMarked();
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

    private SqliteConnection Connect(SqliteOpenMode mode)
    {
        // SQLite's own waiting for another process is much finer than that of the provider, which would repeat it up to its own timeout; 0 would be for ever.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Mode = mode, Pooling = false, DefaultTimeout = 1 }.ToString());
        try
        {
            connection.Open();
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {Patience.TotalMilliseconds}; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = {LargestLog};"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Only one connection at a time can change the mode; one that is refused waits for the lock and tries again.</summary>
    private static void UseWriteAheadLog(SqliteConnection connection)
    {
        const int Tries = 10;
        for (int left = Tries; ; left--)
        {
            try
            {
                if (connection.Scalar("PRAGMA journal_mode = WAL") is "wal")
                {
                    return;
                }

                throw new RunStoreException($"The file '{connection.DataSource}' cannot have a write-ahead log; use a file on a local disk.");
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode is 5 or 6 && left > 0)
            {
                connection.Execute("BEGIN EXCLUSIVE; COMMIT;");
            }
        }
    }
}
