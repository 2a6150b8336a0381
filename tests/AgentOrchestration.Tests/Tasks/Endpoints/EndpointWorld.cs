using System.Diagnostics;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Tasks.Endpoints;

/// <summary>A gate on a clock that the test moves, before a model whose calls the test answers.</summary>
internal sealed class EndpointWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public EndpointWorld(Action<ModelEndpointOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(Log)));
        services.AddChatClient(Model).UseModelEndpoint("gpt");
        services.AddAgentOrchestration().AddModelEndpoint("gpt", configure);
        _services = services.BuildServiceProvider();
    }

    public FakeTimeProvider Clock { get; } = new();

    public FakeLogCollector Log { get; } = new();

    public EndpointModel Model { get; } = new();

    public IModelEndpoint Gate => _services.GetRequiredKeyedService<IModelEndpoint>("gpt");

    public IChatClient Chat => _services.GetRequiredService<IChatClient>();

    public ModelEndpointSnapshot Now => Gate.GetSnapshot();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public Task<ChatResponse> AskAsync(string prompt, CancellationToken? stop = null) => Chat.GetResponseAsync(prompt, cancellationToken: stop ?? TestEnd);

    public Task<ChatResponse> StreamAsync(string prompt) => Chat.GetStreamingResponseAsync(prompt, cancellationToken: TestEnd).ToChatResponseAsync(TestEnd);

    public void Advance(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Moves the clock until a call is sent.</summary>
    public async Task<EndpointModel.Call> AdvanceToNextAsync(double step = 0.5)
    {
        EndpointModel.Call? call;
        long begin = Stopwatch.GetTimestamp();
        while (!Model.TryNext(out call))
        {
            TestEnd.ThrowIfCancellationRequested();
            Watchdog.Check(begin, $"the next call, {Now}");
            for (int i = 0; i < 100 && (i == 0 || ThreadPool.PendingWorkItemCount > 0); i++)
            {
                await Task.Yield();
            }

            if (Now.InFlight == 0)
            {
                Advance(step);
            }
        }

        return call;
    }

    /// <summary>Waits until the gate has seen what is on its way to it.</summary>
    public async Task SeeAsync(Func<ModelEndpointSnapshot, bool> state)
    {
        await Task.Run(
            async () =>
            {
                while (!state(Now))
                {
                    TestEnd.ThrowIfCancellationRequested();
                    await Task.Yield();
                }
            },
            TestEnd).InTimeAsync(() => Now.ToString());
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
