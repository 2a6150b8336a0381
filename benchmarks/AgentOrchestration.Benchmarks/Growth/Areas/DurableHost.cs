using AgentOrchestration.Benchmarks.Durable;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Processes, one after another, that use the same file of runs. The task type <c>gate</c> waits in the first and returns in the others.</summary>
internal sealed class DurableHost : IAsyncDisposable
{
    public const string Gate = "gate";

    private readonly TemporaryFolder _folder = new();

    /// <param name="register">Registers what the first process has beside. Default: nothing.</param>
    public DurableHost(Action<IAgentOrchestrationBuilder>? register = null) => Host = Start(isFirst: true, register);

    public GrowthHost Host { get; private set; }

    public IRunStore Store => Host.Services.GetRequiredService<IRunStore>();

    /// <summary>Ends the process, which detaches its runs, and starts another one.</summary>
    /// <param name="register">Registers what that process has beside. Default: nothing.</param>
    public async Task RestartAsync(Action<IAgentOrchestrationBuilder>? register = null)
    {
        await Host.DisposeAsync();
        Host = Start(isFirst: false, register);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
    }

    private GrowthHost Start(bool isFirst, Action<IAgentOrchestrationBuilder>? register) => GrowthHost.Create(
        static options => options.Runs.MaxParallelism = 100,
        builder =>
        {
            builder.UseSqlite(_folder.PathOf("runs.db")).AddTaskType<None, None>(Gate, "Waits in the first process.", async (_, _, cancellationToken) =>
            {
                await (isFirst ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.CompletedTask);
                return None.Value;
            });
            register?.Invoke(builder);
        });
}
