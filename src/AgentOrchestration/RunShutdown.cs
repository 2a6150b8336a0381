using AgentOrchestration.Execution.Run;
using Microsoft.Extensions.Hosting;

namespace AgentOrchestration;

/// <summary>
/// Ends the runs of the process when its host stops: durable ones are detached, those in memory are cancelled. Code is asked to stop,
/// and waited for until the host's <c>ShutdownTimeout</c> is over.
/// </summary>
internal sealed class RunShutdown(LiveRuns liveRuns) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => liveRuns.StopAsync(cancellationToken);
}
