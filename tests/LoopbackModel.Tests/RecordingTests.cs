using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LoopbackModel.Tests;

public sealed class RecordingTests
{
    [Fact]
    public async Task A_request_is_recorded_as_it_arrived()
    {
        var time = new FakeTimeProvider();
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"), new() { TimeProvider = time });
        using var client = server.Connect();

        await client.AskAsync(streamed: false);

        var request = server.Requests.Single();
        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal(0, request.Order);
        Assert.Equal(time.GetUtcNow(), request.ReceivedAt);
        Assert.False(request.IsStreamed);
        Assert.Equal("m", request.Model);
        Assert.Equal((ChatRole.User, "hi"), request.Messages.Select(message => (message.Role, message.Text)).Single());
        Assert.Null(request.ResponseFormat);
        Assert.True(request.HasAuthorization);
        Assert.Null(request.Misbehaviour);
        Assert.Equal("m", body.RootElement.GetProperty("model").GetString());
        Assert.Equal(LoopbackOutcome.Answered, await request.Outcome);
    }

    [Fact]
    public async Task Requests_at_the_same_time_are_each_recorded_once()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => client.AskAsync(streamed: number % 2 == 0)));

        Assert.Equal(Enumerable.Range(0, 20), server.Requests.Select(request => request.Order));
        Assert.Equal(10, server.Requests.Count(request => request.IsStreamed));
    }

    [Fact]
    public async Task What_was_recorded_outlives_the_server()
    {
        var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));
        using var client = server.Connect();
        await client.AskAsync(streamed: false);
        var endpoint = server.Endpoint;

        await server.DisposeAsync();
        await server.DisposeAsync();

        Assert.Single(server.Requests);
        Assert.Equal(endpoint, server.Endpoint);
    }
}
