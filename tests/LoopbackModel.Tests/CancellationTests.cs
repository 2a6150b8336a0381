using System.ClientModel;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

public sealed class CancellationTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LoopbackModelServer _server = null!;
    private IChatClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        _server.OnRequest = _ =>
        {
            _arrived.TrySetResult();
            return new Misbehaviour.Hang();
        };
        _client = _server.Connect(new RecordingRetryPolicy());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nobody_waits_for_a_hanging_server_longer_than_wanted(bool streamed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var asking = _client.AskAsync(streamed, patience.Token);
        await _arrived.Task.WaitAsync(Token);
        await patience.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => asking);
        Assert.Equal(LoopbackOutcome.Abandoned, await _server.Requests.Single().Outcome.WaitAsync(Token));
    }

    [Fact]
    public async Task A_disposed_server_lets_go_of_who_hangs_on_it()
    {
        var asking = _server.Connect().AskAsync(streamed: false);
        await _arrived.Task.WaitAsync(Token);

        await _server.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => asking);
        Assert.Equal(0, failure.Status);
        Assert.IsType<HttpRequestException>(failure.InnerException);
        Assert.Equal(LoopbackOutcome.Abandoned, await _server.Requests.Single().Outcome.WaitAsync(Token));
    }
}
