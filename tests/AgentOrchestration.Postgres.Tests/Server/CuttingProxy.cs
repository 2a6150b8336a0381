using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AgentOrchestration.Postgres.Tests.Server;

/// <summary>Stands between a store and its server, and cuts a connection at one of the appends that go through it.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    /// <summary>What only the statement of appends holds.</summary>
    public const string Append = ".journal (run, sequence";

    // What ends each answer of the server.
    private static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _serverPort;
    private readonly Task _accepting;
    private byte[] _statement = [];
    private int _appends;
    private int _cutAt;
    private CutMode _mode;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Gets how many appends went through since it was set, those that were cut included.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>Cuts at an append from now on, from 1; 0 for none.</summary>
    /// <param name="append">The number of the append, or of another statement.</param>
    /// <param name="mode">How it is cut.</param>
    /// <param name="statement">What the statement holds.</param>
    public void CutAt(int append, CutMode mode, string statement = Append)
    {
        _mode = mode;
        _statement = Encoding.ASCII.GetBytes(statement);
        _cutAt = append;
        Volatile.Write(ref _appends, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _serverPort, _end.Token);
                var connection = new CutState();
                await Task.WhenAny(SendAsync(client.GetStream(), server.GetStream(), connection), AnswerAsync(server.GetStream(), client.GetStream(), connection));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of both has gone.
            }
        }
    }

    private async Task SendAsync(NetworkStream client, NetworkStream server, CutState connection)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await client.ReadAsync(buffer, _end.Token) is > 0 and var count)
        {
            bool isCut = buffer.AsSpan(0, count).IndexOf(_statement) >= 0 && Interlocked.Increment(ref _appends) == _cutAt;
            if (isCut && _mode == CutMode.Before)
            {
                return;
            }

            connection.IsCut |= isCut;
            await server.WriteAsync(buffer.AsMemory(0, count), _end.Token);
            if (isCut && _mode == CutMode.Meanwhile)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client, CutState connection)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await server.ReadAsync(buffer, _end.Token) is > 0 and var count)
        {
            if (!connection.IsCut)
            {
                await client.WriteAsync(buffer.AsMemory(0, count), _end.Token);
            }
            else if (_mode == CutMode.After && buffer.AsSpan(0, count).IndexOf(Ready) >= 0)
            {
                return;
            }
        }
    }

    private sealed class CutState
    {
        private volatile bool _isCut;

        public bool IsCut
        {
            get => _isCut;
            set => _isCut = value;
        }
    }
}
