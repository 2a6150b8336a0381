using System.Transactions;
using AgentOrchestration.Runs.Storage;
using Npgsql;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>The database: its connections, and whether its tables were checked.</summary>
internal sealed class PostgresDatabase : IDisposable, IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly bool _isOwned;
    private readonly PostgresForm _form;
    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _isReady;
    private volatile bool _isDisposed;

    /// <param name="dataSource">Where connections come from.</param>
    /// <param name="isOwned">Whether it is disposed of with this.</param>
    /// <param name="options">The options, which are checked.</param>
    public PostgresDatabase(NpgsqlDataSource dataSource, bool isOwned, PostgresRunStoreOptions options)
    {
        _dataSource = dataSource;
        _isOwned = isOwned;
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        Faults = new PostgresFaults(ConnectionSettings.Describe(settings), settings.Username ?? "", options.Schema);
        CommandTimeout = settings.CommandTimeout;
        Statements = new Statements(options.Schema);
        Clock = new StoreClock(options.LeaseClock);
        Rows = new RunRows(Clock, Faults);
        _form = new PostgresForm(Faults, options);
    }

    /// <summary>Gets the errors of the database.</summary>
    public PostgresFaults Faults { get; }

    /// <summary>Gets how long a statement may take, in seconds; 0 for any time.</summary>
    public int CommandTimeout { get; }

    public Statements Statements { get; }

    public StoreClock Clock { get; }

    public RunRows Rows { get; }

    /// <summary>Checks the server and its tables before they are used first.</summary>
    public ValueTask PrepareAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(PostgresRunStore));
        return _isReady ? default : new ValueTask(PrepareOnceAsync(cancellationToken));
    }

    /// <summary>
    /// Does something with a connection of its own. What changes nothing, or knows again what it has changed, is done once more with another connection when that was
    /// lost: those of the pool do not know that a server was restarted.
    /// </summary>
    public async Task<T> DoAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> action, bool isRepeatable, CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        return await GuardAsync(
            async () =>
            {
                try
                {
                    return await ConnectAsync(action, cancellationToken).ConfigureAwait(false);
                }
                catch (NpgsqlException exception) when (isRepeatable && PostgresFaults.IsOfConnection(exception))
                {
                    return await ConnectAsync(action, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a connection with nothing but this thread.</summary>
    public NpgsqlConnection Open() => _dataSource.OpenConnection();

    public void Dispose()
    {
        _isDisposed = true;
        _gate.Dispose();
        if (_isOwned)
        {
            _dataSource.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        _gate.Dispose();
        if (_isOwned)
        {
            await _dataSource.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task PrepareOnceAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _isReady = _isReady || await GuardAsync(() => ConnectAsync(PrepareAsync, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }

        async Task<bool> PrepareAsync(NpgsqlConnection connection, CancellationToken token)
        {
            await _form.PrepareAsync(connection, token).ConfigureAwait(false);
            return true;
        }
    }

    private async Task<T> ConnectAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            return await action(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a connection that is in no transaction of the caller: what is written stays, whatever becomes of that.</summary>
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (Transaction.Current is null)
        {
            return await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }

        using var apart = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        NpgsqlConnection connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        apart.Complete();
        return connection;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RunStoreException && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(PostgresRunStore));
            throw Faults.Explain(exception);
        }
    }
}
