using System.Text.Json.Nodes;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Optimization;

/// <summary>Controls the cache of results from outside of runs.</summary>
/// <param name="cache">The cache.</param>
/// <param name="run">Runs a plan to its end.</param>
/// <param name="warming">Takes results from the run store; <see langword="null"/> when runs are not remembered.</param>
internal sealed class ResultCacheControl(HybridResultCache cache, Func<TaskPlan, RunOptions?, CancellationToken, Task<RunSnapshot>> run, JournalWarming? warming) : IResultCacheControl
{
    public async ValueTask InvalidateTaskTypeAsync(string taskType, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(taskType);
        await CallerContext.Leave();
        await cache.InvalidateTaskTypeAsync(taskType, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tag);
        await CallerContext.Leave();
        await cache.InvalidateTagAsync(tag, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask InvalidateMadeBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        await cache.InvalidateMadeBeforeAsync(time, cancellationToken).ConfigureAwait(false);
    }

    public async Task<RunSnapshot> WarmAsync(string taskType, IEnumerable<JsonNode?> inputs, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(taskType);
        ArgumentNullException.ThrowIfNull(inputs);
        var plan = TaskPlan.Create(plan =>
        {
            foreach ((int number, JsonNode? input) in inputs.Index())
            {
                plan.Add($"warm-{number}", taskType, input?.DeepClone());
            }
        });
        await CallerContext.Leave();
        return await run(plan, options, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> WarmFromJournalAsync(CancellationToken cancellationToken)
    {
        JournalWarming journal = warming ?? throw new InvalidOperationException("Runs are not remembered: call UseSqlite(…) or UseRunStore(…).");
        await CallerContext.Leave();
        return await journal.WarmAsync(cancellationToken).ConfigureAwait(false);
    }
}
