using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>
/// Writes for some of the runs of this process: takes all that waits into one statement, so that many appends cost one round trip and one flush. It has a
/// thread of its own and calls that block it, so that leases are renewed while handlers block the thread pool. All that changes a row of a run is done
/// by the same writer, one statement after another: statements of one process never wait for each other's locks.
/// </summary>
internal sealed class PostgresWriter : IDisposable
{
    private const int LargestGroup = 512;
    private const int LargestGroupBytes = 8 * 1024 * 1024;
    private const int BytesPerSecond = 1024 * 1024;

    /// <summary>How long the server may take for a group at most, in seconds: a part of the 30 of a lease, so that there is time to try again.</summary>
    private const int LongestPatience = 10;

    /// <summary>How long it may take for leases, and for one of a group that has failed.</summary>
    private const int ShortPatience = 3;

    /// <summary>How many requests of a group may wait in vain, each for itself, before the others wait no longer.</summary>
    private const int MostInVain = 3;

    /// <summary>A connection that nobody uses for so long goes back to the pool, which closes it; one that a firewall has forgotten would answer never.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private readonly object _gate = new();
    private readonly List<LeaseRequest> _leases = [];
    private readonly List<AppendRequest> _appends = [];
    private readonly PostgresDatabase _database;
    private readonly AppendStatement _append;
    private readonly LeaseStatement _changeLeases;
    private readonly Thread _thread;
    private readonly int _patience;
    private bool _isDisposed;

    // Used by the thread.
    private NpgsqlConnection? _connection;

    public PostgresWriter(PostgresDatabase database)
    {
        _database = database;
        _patience = database.CommandTimeout is > 0 and < LongestPatience and var shorter ? shorter : LongestPatience;
        _append = new AppendStatement(database);
        _changeLeases = new LeaseStatement(database);
        _thread = new Thread(Work) { IsBackground = true, Name = "AgentOrchestration.Postgres" };
        _thread.Start();
    }

    public Task<AppendOutcome> WriteAsync(AppendRequest request) => Ask(_appends, request).Done;

    public Task<RunLease?> WriteAsync(LeaseRequest request) => Ask(_leases, request).Done;

    /// <summary>Ends what has been asked so far.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private TRequest Ask<TRequest>(List<TRequest> requests, TRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(PostgresRunStore));
            requests.Add(request);
            Monitor.Pulse(_gate);
        }

        return request;
    }

    private void Work()
    {
        List<LeaseRequest> leases = [];
        List<AppendRequest> appends = [];
        while (Wait())
        {
            // Leases first: they are small, and late ones cost runs.
            Take(_leases, leases);
            Write(leases, _changeLeases.Execute, Math.Min(_patience, ShortPatience));
            Take(_appends, appends);
            Write(appends, _append.Execute, _patience);
        }

        Close();
    }

    /// <returns>Whether something is asked for.</returns>
    private bool Wait()
    {
        lock (_gate)
        {
            while (_leases.Count == 0 && _appends.Count == 0)
            {
                if (_isDisposed)
                {
                    return false;
                }

                if (_connection is null)
                {
                    Monitor.Wait(_gate);
                }
                else if (!Monitor.Wait(_gate, Idle))
                {
                    Close();
                }
            }

            return true;
        }
    }

    /// <summary>Takes the first requests, at most one of each run.</summary>
    private void Take<TRequest>(List<TRequest> requests, List<TRequest> group)
        where TRequest : WriteRequest
    {
        lock (_gate)
        {
            if (requests.Count == 0)
            {
                return;
            }

            HashSet<string> runs = new(requests.Count, StringComparer.Ordinal);
            long bytes = 0;
            requests.RemoveAll(request =>
            {
                if (group.Count == LargestGroup || (group.Count > 0 && bytes + request.Bytes > LargestGroupBytes) || !runs.Add(request.RunId))
                {
                    // Nor any later one of that run: they are done in their order.
                    runs.Add(request.RunId);
                    return false;
                }

                bytes += request.Bytes;
                group.Add(request);
                return true;
            });
        }
    }

    private void Write<TRequest>(List<TRequest> group, Action<NpgsqlConnection, IReadOnlyList<TRequest>, int> execute, int patience)
        where TRequest : WriteRequest
    {
        if (group.Count == 0)
        {
            return;
        }

        Exception? failure = Execute(group, execute, patience);
        if (failure is not null && group[0] is LeaseRequest && PostgresFaults.IsOfConnection(failure))
        {
            // Changing a lease twice is as good as once, and the connection may be of a server that was restarted since.
            failure = Execute(group, execute, patience);
        }

        if (failure is null)
        {
            group.ForEach(request => request.Succeed());
        }
        else if (group.Count > 1 && (PostgresFaults.IsOfOneRequest(failure) || PostgresFaults.IsOfTime(failure)))
        {
            WriteEach(group, execute, Math.Min(patience, ShortPatience));
        }
        else
        {
            Fail(group, failure);
        }

        group.Clear();
    }

    /// <summary>Tries each request for itself: the others are not to suffer for one, such as one of a run whose row is locked.</summary>
    private void WriteEach<TRequest>(List<TRequest> group, Action<NpgsqlConnection, IReadOnlyList<TRequest>, int> execute, int patience)
        where TRequest : WriteRequest
    {
        int inVain = 0;
        for (int i = 0; i < group.Count; i++)
        {
            if (Execute([group[i]], execute, patience) is not { } failure)
            {
                group[i].Succeed();
                continue;
            }

            inVain += PostgresFaults.IsOfTime(failure) ? 1 : 0;
            if (inVain == MostInVain || !(PostgresFaults.IsOfOneRequest(failure) || PostgresFaults.IsOfTime(failure)))
            {
                // It is the server's trouble; each of the others would only wait as long again.
                Fail(group[i..], failure);
                return;
            }

            Fail([group[i]], failure);
        }
    }

    /// <returns>The failure, or <see langword="null"/>.</returns>
    private Exception? Execute<TRequest>(List<TRequest> requests, Action<NpgsqlConnection, IReadOnlyList<TRequest>, int> execute, int patience)
        where TRequest : WriteRequest
    {
        try
        {
            _connection ??= _database.Open();
            execute(_connection, requests, patience + (int)(requests.Sum(request => request.Bytes) / BytesPerSecond));
            return null;
        }
        catch (Exception exception)
        {
            Close();
            return exception;
        }
    }

    private void Fail<TRequest>(List<TRequest> requests, Exception exception)
        where TRequest : WriteRequest
    {
        RunStoreException failure = _database.Faults.Explain(exception);
        requests.ForEach(request => request.Fail(failure));
    }

    private void Close()
    {
        try
        {
            _connection?.Dispose();
        }
        catch (Exception)
        {
            // It was lost; the next one is a new one.
        }

        _connection = null;
    }
}
