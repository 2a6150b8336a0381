using System.Collections.Concurrent;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// The one writer of this process: takes everything that was asked meanwhile into one transaction, so that many appends cost one flush of
/// the disk. It has a thread of its own, because it waits for the disk; no thread of the pool is needed for a write, so that leases are renewed
/// while handlers block the pool.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int LargestGroup = 1024;

    /// <summary>The most commits between two attempts to empty the log.</summary>
    private const int LongestPause = 1024;

    private readonly BlockingCollection<WriteRequest> _requests = [];
    private readonly SqliteDatabase _database;
    private readonly Thread _thread;
    private SqliteSession? _session;
    private bool _isDisposed;

    // Used by the thread. A process that was killed may have left what it had deleted.
    private bool _holdsDeleted = true;
    private int _commitsUntilEmptied = 1;
    private int _pause = 1;

    public SqliteWriter(SqliteDatabase database)
    {
        _database = database;
        _thread = new Thread(Work) { IsBackground = true, Name = "AgentOrchestration.Sqlite" };
        _thread.Start();
    }

    /// <summary>Does something in a transaction, and returns when it is committed.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new WriteRequest<T>(write);
        try
        {
            _requests.Add(request, CancellationToken.None);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(SqliteRunStore));
        }

        return request.Done;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _requests.CompleteAdding();
        _thread.Join();
        _session?.Dispose();
        _requests.Dispose();
    }

    private void Work()
    {
        List<WriteRequest> group = [];
        while (_requests.TryTake(out WriteRequest? first, Timeout.Infinite))
        {
            group.Add(first);
            while (group.Count < LargestGroup && _requests.TryTake(out WriteRequest? request))
            {
                group.Add(request);
            }

            Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<WriteRequest> group)
    {
        while (group.Count > 0)
        {
            WriteRequest? current = null;
            try
            {
                long commits = _database.Guard(() =>
                {
                    _session ??= new SqliteSession(_database, _database.Connect());
                    _session.Execute("BEGIN IMMEDIATE");
                    foreach (WriteRequest request in group)
                    {
                        current = request;
                        request.Execute(_session);
                    }

                    current = null;
                    long count = _session.CountCommit();
                    _session.Execute("COMMIT");
                    _database.ThrowIfGone(_session);
                    return count;
                });
                _database.Committed(commits);
                EmptyLog(_session!);
                group.ForEach(request => request.Succeed());
                return;
            }
            catch (Exception exception)
            {
                // A new connection has none of the old one's troubles, and closing the old one rolls back.
                _session?.Dispose();
                _session = null;
                if (current is null)
                {
                    // It is the file's trouble, not one request's; each for itself would wait as long again.
                    group.ForEach(request => request.Fail(exception));
                    return;
                }

                // The others are not to suffer for one, such as one of a run that is damaged.
                current.Fail(exception);
                group.Remove(current);
            }
        }
    }

    /// <summary>Empties the log when it may hold what was deleted: what is deleted can be read nowhere in the files, unless it is still being read.</summary>
    private void EmptyLog(SqliteSession session)
    {
        _holdsDeleted |= session.TakeDeleted();
        if (!_holdsDeleted || --_commitsUntilEmptied > 0)
        {
            return;
        }

        // Who reads for long does not hold up every commit.
        _holdsDeleted = !session.TryEmptyLog();
        _pause = _holdsDeleted ? Math.Min(_pause * 2, LongestPause) : 1;
        _commitsUntilEmptied = _pause;
    }

    private abstract class WriteRequest
    {
        public abstract void Execute(SqliteSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class WriteRequest<T>(Func<SqliteSession, T> write) : WriteRequest
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Done => _done.Task;

        public override void Execute(SqliteSession session) => _result = write(session);

        public override void Succeed() => _done.TrySetResult(_result!);

        public override void Fail(Exception exception) => _done.TrySetException(
            exception is RunStoreException ? exception : new RunStoreException($"The runs could not be written: {exception.Message}", exception));
    }
}
