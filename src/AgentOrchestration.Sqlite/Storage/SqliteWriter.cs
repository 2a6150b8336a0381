using System.Threading.Channels;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// The one writer of this process: takes everything that was asked meanwhile into one transaction, so that many appends cost one flush of
/// the disk. It has a thread of its own, because it waits for the disk.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private const int LargestGroup = 1024;

    private readonly Channel<WriteRequest> _requests = Channel.CreateUnbounded<WriteRequest>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteDatabase _database;
    private readonly Thread _thread;
    private SqliteSession? _session;

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
        ObjectDisposedException.ThrowIf(!_requests.Writer.TryWrite(request), typeof(SqliteRunStore));
        return request.Done;
    }

    public void Dispose()
    {
        _requests.Writer.TryComplete();
        _thread.Join();
        _session?.Dispose();
    }

    private void Work()
    {
        List<WriteRequest> group = [];
        while (WaitForRequests())
        {
            while (group.Count < LargestGroup && _requests.Reader.TryRead(out WriteRequest? request))
            {
                group.Add(request);
            }

            Commit(group);
            group.Clear();
        }
    }

    private bool WaitForRequests()
    {
        ValueTask<bool> waiting = _requests.Reader.WaitToReadAsync();
        return waiting.IsCompleted ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void Commit(List<WriteRequest> group)
    {
        bool isCommitting = false;
        try
        {
            long commits = _database.Guard(() =>
            {
                _session ??= new SqliteSession(_database, _database.Connect());
                _session.Execute("BEGIN IMMEDIATE");
                group.ForEach(request => request.Execute(_session));
                long count = _session.CountCommit();
                isCommitting = true;
                _session.Execute("COMMIT");
                return count;
            });
            _database.Committed(commits);
        }
        catch (Exception exception)
        {
            // A new connection has none of the old one's troubles, and closing the old one rolls back.
            _session?.Dispose();
            _session = null;
            if (group.Count > 1 && !isCommitting)
            {
                // One of them is the cause, such as a run that is damaged; the others are not to suffer for it.
                group.ForEach(request => Commit([request]));
            }
            else
            {
                group.ForEach(request => request.Fail(exception));
            }

            return;
        }

        group.ForEach(request => request.Succeed());
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
