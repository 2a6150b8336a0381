using System.ClientModel;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

public sealed class LatencyTests : IAsyncLifetime
{
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(30);

    private readonly SignallingTimeProvider _time = new();
    private readonly RecordingModel _model = new("ok");
    private LoopbackModelServer _server = null!;
    private IChatClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackModelServer.StartAsync(_model, new() { Latency = Latency, TimeProvider = _time });
        _client = _server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _model.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_takes_as_long_as_the_clock_says(bool streamed)
    {
        var asking = _client.AskAsync(streamed);
        await _time.Waiting.WaitAsync(Token);

        _time.Advance(Latency - TimeSpan.FromTicks(1));
        Assert.False(_server.Requests.Single().Outcome.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal("ok", await asking);
    }

    [Fact]
    public async Task A_client_that_goes_away_meanwhile_leaves_the_model_unasked()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var asking = _client.AskAsync(streamed: false, patience.Token);
        await _time.Waiting.WaitAsync(Token);
        await patience.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => asking);
        Assert.Equal(LoopbackOutcome.Abandoned, await _server.Requests.Single().Outcome.WaitAsync(Token));
        Assert.Empty(_model.Messages);
    }

    [Fact]
    public async Task A_refusal_comes_at_once()
    {
        _server.Enqueue(new Misbehaviour.Refuse429());

        await Assert.ThrowsAsync<ClientResultException>(() => _client.AskAsync(streamed: false));
    }
}
