using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.Caching.StackExchangeRedis;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>A Redis server on loopback with a temporary folder of its own, which keeps nothing on disk.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-").FullName;
    private Process? _process;
    private int _port;

    /// <summary>A second level of a cache that is kept in the server, through a connection of its own.</summary>
    /// <param name="prefix">Those with another prefix know nothing of it.</param>
    public RedisCache NewCache(string prefix) => new(new RedisCacheOptions { Configuration = $"127.0.0.1:{_port},connectTimeout=10000", InstanceName = prefix });

    public async ValueTask InitializeAsync()
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _process = Process.Start(new ProcessStartInfo("redis-server", ["--bind", "127.0.0.1", "--port", $"{_port}", "--dir", _folder, "--save", "", "--appendonly", "no", "--daemonize", "no"])
        {
            RedirectStandardOutput = true,
        })!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += (_, output) =>
        {
            if (output.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("redis-server ended before it accepted connections."));
            }
            else if (output.Data.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.BeginOutputReadLine();
        await ready.Task.InTimeAsync(what: "the start of redis-server");
    }

    /// <summary>Kills the server.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
