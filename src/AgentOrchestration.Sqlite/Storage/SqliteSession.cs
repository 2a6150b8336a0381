using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>A connection with its prepared statements, its tables and what vouches for their content. One caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatements _statements;
    private bool _hasDeleted;

    public SqliteSession(SqliteDatabase database, SqliteConnection connection)
    {
        _connection = connection;
        _statements = new SqliteStatements(connection);
        Chain = database.CreateChain();
        Runs = new RunTable(_statements, Chain, new RunDirectory(database, _statements, Chain), database.Faults);
        Journal = new JournalTable(_statements, Chain, Runs, database.Faults);
        Blobs = new BlobTable(connection, _statements, Runs, database.Faults);
        Commands = new CommandTable(_statements, Chain, Runs, database.Faults);
    }

    public HashChain Chain { get; }

    public RunTable Runs { get; }

    public JournalTable Journal { get; }

    public BlobTable Blobs { get; }

    public CommandTable Commands { get; }

    /// <summary>Whether the file that is open is no longer the one of its path.</summary>
    public bool HasMoved => SqliteFile.HasMoved(_connection);

    public void Execute(string sql) => _statements.Execute(sql);

    /// <summary>Counts the transaction, inside it, and the runs that have not ended.</summary>
    public long CountCommit() =>
        (long)_statements.Scalar("UPDATE store SET commits = commits + 1, open = open + $opened RETURNING commits", ("$opened", Runs.TakeOpened()))!;

    /// <summary>Whether anything was deleted since this was asked last.</summary>
    public bool TakeDeleted()
    {
        bool hasDeleted = _hasDeleted;
        _hasDeleted = false;
        return hasDeleted;
    }

    /// <summary>Empties the write-ahead log, which holds what was overwritten in the file. While it is being read it stays, and so does what it holds.</summary>
    public bool TryEmptyLog()
    {
        // Not all the time that a commit would wait.
        Execute("PRAGMA busy_timeout = 100");
        try
        {
            return _statements.Scalar("PRAGMA wal_checkpoint(TRUNCATE)") is 0L;
        }
        catch (SqliteException)
        {
            // What was committed is safe in the log.
            return false;
        }
        finally
        {
            SqliteDatabase.SetPatience(_connection);
        }
    }

    public void Insert(RunRow row, ReadOnlyMemory<byte> header) => Journal.AddHeader(Runs.Insert(row), header);

    public void Delete(string runId, long key)
    {
        Blobs.Delete(key);
        Commands.Delete(key);
        Journal.Delete(key);
        Runs.Delete(runId, key);
        _hasDeleted = true;
    }

    public void Dispose()
    {
        _statements.Dispose();
        Chain.Dispose();
        _connection.Dispose();
    }
}
