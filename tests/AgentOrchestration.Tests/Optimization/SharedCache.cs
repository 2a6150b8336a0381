using AgentOrchestration.Optimization;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Processes that share a second level of the result cache.</summary>
internal sealed class SharedCache(IDistributedCache shared) : IAsyncDisposable
{
    private readonly List<Engine> _processes = [];
    private int _worked;

    /// <summary>How long an invalidation takes at most to reach another process.</summary>
    public static TimeSpan Bound => CacheEpochs.Lifetime;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>A process, on a clock of its own.</summary>
    /// <param name="configure">Configures its cache.</param>
    /// <param name="second">Its own connection to the second level. Default: that of all.</param>
    public Engine NewProcess(Action<ResultCacheOptions>? configure = null, IDistributedCache? second = null)
    {
        var process = new Engine(
            builder => builder.UseResultCache(configure).AddCountedWork(onWork: _ =>
            {
                Interlocked.Increment(ref _worked);
                return Task.CompletedTask;
            }).ConfigureTaskType(CountedWork.Name, options => options.CacheTags.Add("answers")),
            services: services => services.AddSingleton(second ?? shared));
        _processes.Add(process);
        return process;
    }

    public static IResultCacheControl ControlOf(Engine process) => process.Services.GetRequiredService<IResultCacheControl>();

    /// <summary>Asks for the answer to a number.</summary>
    /// <returns>Whether the work was done for it.</returns>
    public async Task<bool> AsksAsync(Engine process, int number, RunOptions? options = null)
    {
        int before = Volatile.Read(ref _worked);
        await using OrchestrationRun run = await process.Orchestrator.StartAsync(TaskPlan.Create(plan => plan.AddAsk("only", number)), options, TestEnd);
        RunResult result = await run.EndAsync();
        Assert.Equal($"answer {number}", result["only"].Output);
        return Volatile.Read(ref _worked) > before;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Engine process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}
