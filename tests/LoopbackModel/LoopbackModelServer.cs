using System.Net;
using System.Text.Json.Nodes;
using LoopbackModel.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LoopbackModel;

/// <summary>The OpenAI chat completions protocol on a port of 127.0.0.1, in front of any chat client; misbehaves on demand.</summary>
public sealed class LoopbackModelServer : IAsyncDisposable
{
    // Only a model that ignores its cancellation token makes a disposal wait this long.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly RequestJournal _journal = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;
    private bool _isDisposed;

    private LoopbackModelServer(IChatClient model, LoopbackModelOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        _app = builder.Build();

        var completions = new ChatCompletionsEndpoint(model, options, _journal, request => OnRequest?.Invoke(request), _stopping.Token);
        _app.MapPost("/v1/chat/completions", completions.HandleAsync);
        Batches = new LoopbackBatches(model, options);
        Batches.Map(_app);
        _app.MapGet("/v1/models", context => WriteModelsAsync(context, options));
        _app.MapFallback(context => ErrorAnswer.UnknownUrl(context.Request).WriteAsync(context.Response, context.RequestAborted));
    }

    /// <summary>The base address of the protocol, ending in <c>/v1</c>.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The files and batches.</summary>
    public LoopbackBatches Batches { get; }

    /// <summary>All requests so far, in the order of their arrival.</summary>
    public IReadOnlyList<LoopbackRequest> Requests => _journal.Snapshot();

    /// <summary>Asked first about each request that nothing is enqueued for; null means an honest answer.</summary>
    public Func<LoopbackRequest, Misbehaviour?>? OnRequest { get; set; }

    /// <summary>Starts a server in front of the model, which stays the caller's to dispose.</summary>
    public static async Task<LoopbackModelServer> StartAsync(IChatClient model, LoopbackModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var server = new LoopbackModelServer(model, options ?? new LoopbackModelOptions());
        await server._app.StartAsync();
        server.Endpoint = new Uri(new Uri(server._app.Urls.Single()), "v1");
        return server;
    }

    /// <summary>Scripts the next request that nothing is enqueued for yet; null means an honest answer.</summary>
    public void Enqueue(Misbehaviour? misbehaviour) => _journal.Enqueue(misbehaviour);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        await _stopping.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private static Task WriteModelsAsync(HttpContext context, LoopbackModelOptions options)
    {
        var model = new JsonObject
        {
            ["id"] = options.ListedModel,
            ["object"] = "model",
            ["created"] = options.TimeProvider.GetUtcNow().ToUnixTimeSeconds(),
            ["owned_by"] = "loopback",
        };
        return context.Response.WriteAsJsonAsync(
            new JsonObject { ["object"] = "list", ["data"] = new JsonArray(model) }, context.RequestAborted);
    }
}
