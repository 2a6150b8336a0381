using System.ClientModel;
using System.ClientModel.Primitives;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;

namespace AgentOrchestration.Tests.Tasks.Endpoints;

/// <summary>The gate before a real HTTP endpoint: status 429 and its headers come through the SDK's pipeline.</summary>
public sealed class ModelEndpointHttpTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 3)]
    public async Task Rejections_over_HTTP_park_the_gate_and_their_calls_succeed(bool streamed, int retriesOfSdk)
    {
        // Two at once, then one in a half second: the gate is told a hundred times more.
        var model = new ScriptedModelServer(new ScriptedModelOptions
        {
            RequestsPerMinute = 120,
            LimitsEachSecond = true,
            Latency = TimeSpan.Zero,
            TokensPerSecond = 100_000,
        });
        await using LoopbackModelServer server = await LoopbackModelServer.StartAsync(model);
        var services = new ServiceCollection();
        services.AddChatClient(provider => Connect(server, provider, retriesOfSdk)).UseModelEndpoint("gpt");
        services.AddAgentOrchestration().AddModelEndpoint("gpt", endpoint => endpoint.RequestsPerMinute = 12_000);
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient chat = provider.GetRequiredService<IChatClient>();

#pragma warning disable CA2025 // They are awaited below.
        Task<ChatResponse>[] asked =
        [
            .. Enumerable.Range(0, 6).Select(call => streamed
                ? chat.GetStreamingResponseAsync($"{call}", cancellationToken: TestEnd).ToChatResponseAsync(TestEnd)
                : chat.GetResponseAsync($"{call}", cancellationToken: TestEnd)),
        ];
#pragma warning restore CA2025
        ChatResponse[] answers = await Task.WhenAll(asked).InTimeAsync();

        Assert.Equal(
            Enumerable.Range(0, 6).Select(call => model.AnswerOf([new ChatMessage(ChatRole.User, $"{call}")]).Trim()),
            answers.Select(answer => answer.Text.Trim()));
        ModelEndpointSnapshot gate = provider.GetRequiredKeyedService<IModelEndpoint>("gpt").GetSnapshot();
        Assert.True(model.Totals.Limited > 0);
        Assert.Equal(model.Totals.Limited, gate.Rejected);
        Assert.Equal(model.Totals.Requests, gate.Sent);
        Assert.True(gate.RequestsPerMinute <= 120, $"The limit in the headers was not seen: {gate.RequestsPerMinute}.");
        Assert.Equal((0, 0), (gate.InFlight, gate.Waiting));
    }

    private static IChatClient Connect(LoopbackModelServer server, IServiceProvider provider, int retries)
    {
#pragma warning disable CA2000 // The transport lives as long as the client.
        var http = new HttpClient(new ModelEndpointHandler(provider.GetRequiredKeyedService<IModelEndpoint>("gpt")) { InnerHandler = new HttpClientHandler() });
        var options = new OpenAIClientOptions { Endpoint = server.Endpoint, RetryPolicy = new ClientRetryPolicy(retries), Transport = new HttpClientPipelineTransport(http) };
#pragma warning restore CA2000
        return new OpenAIClient(new ApiKeyCredential("x"), options).GetChatClient("m").AsIChatClient();
    }
}
