using System.ClientModel;
using System.ClientModel.Primitives;

namespace LoopbackModel.Tests;

/// <summary>What the SDK's own retry policy makes of each misbehaviour.</summary>
public sealed class RetryTests
{
    private static readonly TimeSpan[] Backoff = [TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(1.6), TimeSpan.FromSeconds(3.2)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_500_is_tried_four_times_with_growing_waits(bool streamed)
    {
        var policy = new RecordingRetryPolicy();
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(policy);
        server.OnRequest = _ => new Misbehaviour.Fail500();

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(500, failure.Status);
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(Backoff, policy.Waits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retry_After_is_honoured_where_it_is_the_longer_wait(bool streamed)
    {
        var policy = new RecordingRetryPolicy();
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(policy);
        server.OnRequest = _ => new Misbehaviour.Refuse429(TimeSpan.FromSeconds(2));

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.Equal(429, failure.Status);
        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3.2)], policy.Waits);
    }

    [Fact]
    public async Task A_retry_that_succeeds_hides_what_went_before()
    {
        var policy = new RecordingRetryPolicy();
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(policy);
        server.Enqueue(new Misbehaviour.Refuse429());
        server.Enqueue(new Misbehaviour.CutConnection(CutPoint.Midway));
        server.Enqueue(new Misbehaviour.Fail500());

        var text = await client.AskAsync(streamed: false);

        Assert.Equal("ok", text);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(CutPoint.AfterHeaders)]
    [InlineData(CutPoint.Midway)]
    public async Task A_body_cut_every_time_ends_in_an_aggregate_of_all_tries(CutPoint at)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(new RecordingRetryPolicy());
        server.OnRequest = _ => new Misbehaviour.CutConnection(at);

        var failure = await Assert.ThrowsAsync<AggregateException>(() => client.AskAsync(streamed: false));

        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(4, failure.InnerExceptions.Count);
        Assert.All(failure.InnerExceptions, inner => Assert.IsType<HttpIOException>(inner));
    }

    [Theory]
    [InlineData(CutPoint.AfterHeaders)]
    [InlineData(CutPoint.Midway)]
    public async Task A_cut_stream_is_not_retried(CutPoint at)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(new RecordingRetryPolicy());
        server.Enqueue(new Misbehaviour.CutConnection(at));

        await Assert.ThrowsAsync<HttpIOException>(() => client.AskAsync(streamed: true));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_401_is_not_retried()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(new RecordingRetryPolicy());
        server.Enqueue(new Misbehaviour.Unauthorized401());

        await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: false));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_client_that_sets_no_policy_tries_four_times()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect(ClientRetryPolicy.Default);
        server.OnRequest = _ => new Misbehaviour.Fail500();

        await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: false));

        Assert.Equal(4, server.Requests.Count);
    }
}
