using System.ClientModel;
using AgentOrchestration.Testing;

namespace LoopbackModel.Tests;

/// <summary>A scripted model server behind the protocol: what it rejects is an answer of HTTP with its headers.</summary>
public sealed class ScriptedServerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Its_limits_are_answers_with_status_and_headers(bool streamed)
    {
        using var model = new ScriptedModelServer(new ScriptedModelOptions { RequestsPerMinute = 1, Latency = TimeSpan.Zero, TokensPerSecond = 100_000 });
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        var answer = await client.AskAsync(streamed);
        var failure = await Assert.ThrowsAsync<ClientResultException>(() => client.AskAsync(streamed));

        Assert.NotEmpty(answer);
        Assert.Equal(429, failure.Status);
        var headers = failure.GetRawResponse()!.Headers;
        Assert.True(headers.TryGetValue("retry-after", out var wait));
        Assert.InRange(int.Parse(wait!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.True(headers.TryGetValue("x-ratelimit-limit-requests", out var limit));
        Assert.Equal("1", limit);
        Assert.Equal(LoopbackOutcome.Refused, await server.Requests[1].Outcome);
    }
}
