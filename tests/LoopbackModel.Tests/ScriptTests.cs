using System.ClientModel;

namespace LoopbackModel.Tests;

public sealed class ScriptTests
{
    [Fact]
    public async Task What_is_enqueued_happens_in_order_and_then_no_more()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("honest"));
        using var client = server.Connect();
        server.Enqueue(new Misbehaviour.Answer("first"));
        server.Enqueue(null);
        server.Enqueue(new Misbehaviour.Answer("third"));

        string[] texts =
        [
            await client.AskAsync(streamed: false),
            await client.AskAsync(streamed: true),
            await client.AskAsync(streamed: false),
            await client.AskAsync(streamed: true),
        ];

        Assert.Equal(["first", "honest", "third", "honest"], texts);
    }

    [Fact]
    public async Task OnRequest_is_asked_about_each_request_that_nothing_is_enqueued_for()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("honest"));
        using var client = server.Connect();
        server.Enqueue(null);
        server.OnRequest = request => request.IsStreamed ? new Misbehaviour.Answer($"no streams, number {request.Order}") : null;

        string[] texts =
        [
            await client.AskAsync(streamed: true),
            await client.AskAsync(streamed: true),
            await client.AskAsync(streamed: false),
        ];

        Assert.Equal(["honest", "no streams, number 1", "honest"], texts);
        Assert.Equal(
            [null, new Misbehaviour.Answer("no streams, number 1"), null],
            server.Requests.Select(request => request.Misbehaviour));
    }

    [Fact]
    public async Task OnRequest_that_throws_is_a_500_with_its_message()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("honest"));
        using var client = server.Connect();
        server.OnRequest = _ => throw new InvalidOperationException("a bug in the test");

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed: false));

        Assert.Contains("a bug in the test", failure.Message, StringComparison.Ordinal);
    }
}
