using System.Text.Json.Nodes;
using AgentOrchestration.Optimization;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>An application with a result cache whose task types count how often their code runs.</summary>
internal sealed class CachedWork : IAsyncDisposable
{
    private readonly Engine _engine;
    private int _calls;

    public CachedWork(Action<CachedWork, IAgentOrchestrationBuilder> configure, Action<IServiceCollection>? services = null) => _engine = new Engine(
        builder => configure(this, builder.UseResultCache()),
        services: collection =>
        {
            collection.AddFakeLogging();
            services?.Invoke(collection);
        });

    /// <summary>How often code ran.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<FakeLogRecord> Log => _engine.Services.GetFakeLogCollector().GetSnapshot();

    public void Add<TInput, TOutput>(
        IAgentOrchestrationBuilder builder, string name, Func<TInput, TOutput> work, TaskEffect effect = TaskEffect.Pure, Action<TaskTypeOptions>? configure = null) =>
        builder.AddTaskType(
            name,
            "Works.",
            (TInput input, TaskContext _, CancellationToken _) =>
            {
                Interlocked.Increment(ref _calls);
                return ValueTask.FromResult(work(input));
            },
            options =>
            {
                options.Effect = effect;
                configure?.Invoke(options);
            });

    public Task<RunResult> RunAsync(string taskType, JsonNode? input = null) => _engine.RunAsync(plan => plan.Add("only", taskType, input));

    public Task<RunResult> RunAsync(Action<TaskPlanBuilder> plan) => _engine.RunAsync(plan);

    /// <summary>Moves the clock until a run has ended.</summary>
    /// <returns>Its result, and how far the clock was moved.</returns>
    public async Task<(RunResult Result, TimeSpan Took)> AdvanceUntilAsync(Task<RunResult> end)
    {
        DateTimeOffset begin = _engine.Clock.GetUtcNow();
        RunResult result = await _engine.AdvanceUntilAsync(end, TimeSpan.FromMilliseconds(500));
        return (result, _engine.Clock.GetUtcNow() - begin);
    }

    /// <summary>Makes results invalid; what is stored from then on has a later time.</summary>
    public async Task InvalidateAsync(Func<IResultCacheControl, CancellationToken, ValueTask> what)
    {
        await what(_engine.Services.GetRequiredService<IResultCacheControl>(), TestContext.Current.CancellationToken);
        _engine.Clock.Advance(TimeSpan.FromSeconds(1));
    }

    /// <summary>Runs work a second time.</summary>
    /// <returns>What became of it, and whether its code ran again.</returns>
    public async Task<(SubtaskSnapshot Subtask, bool RanAgain)> RunAgainAsync(string taskType, JsonNode? input = null)
    {
        int before = Calls;
        RunResult result = await RunAsync(taskType, input);
        return (result["only"], Calls > before);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
