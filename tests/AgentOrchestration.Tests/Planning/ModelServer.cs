using System.ClientModel;
using System.ClientModel.Primitives;
using LoopbackModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;

namespace AgentOrchestration.Tests.Planning;

/// <summary>An application that plans over HTTP, through the OpenAI client.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    private readonly LoopbackModelServer _server;
    private readonly IChatClient _client;
    private readonly ITaskOrchestrator _orchestrator;

    private ModelServer(LoopbackModelServer server, Action<AgentOrchestrationOptions>? options, Action<IAgentOrchestrationBuilder>? configure)
    {
        _server = server;
        var clientOptions = new OpenAIClientOptions { Endpoint = server.Endpoint, RetryPolicy = new ClientRetryPolicy(0) };
        _client = new OpenAIClient(new ApiKeyCredential("x"), clientOptions).GetChatClient("m").AsIChatClient();
        _orchestrator = Application.With(_client, options, configure);
    }

    public IReadOnlyList<LoopbackRequest> Requests => _server.Requests;

    /// <summary>The response formats that were requested, in order; "none" where none was sent.</summary>
    public IEnumerable<string> Formats => Requests.Select(request => request.ResponseFormat is { } format ? format.Strict == true ? "strict" : format.Type : "none");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Starts a server that does the same to every request.</summary>
    public static Task<ModelServer> StartAsync(Misbehaviour answer, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? configure = null) =>
        StartAsync(_ => answer, options, configure);

    /// <summary>Starts a server that answers a request by what it asks.</summary>
    public static async Task<ModelServer> StartAsync(
        Func<LoopbackRequest, Misbehaviour?> answer, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? configure = null)
    {
        LoopbackModelServer server = await LoopbackModelServer.StartAsync(new ScriptedModel());
        server.OnRequest = answer;
        return new ModelServer(server, options, configure);
    }

    /// <summary>Plans the request of the application: whole, or while the answer arrives.</summary>
    public async Task<TaskPlan> PlanAsync(bool streamed)
    {
        if (!streamed)
        {
            return await _orchestrator.PlanAsync(Application.Request, TestEnd);
        }

        await using OrchestrationRun run = await _orchestrator.StartAsync(Application.Request, TestEnd);
        return run.Plan;
    }

    public Task<InvalidPlanException> RefuseAsync(bool streamed) => Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(streamed));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
