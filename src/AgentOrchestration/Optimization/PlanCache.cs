using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Repair;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Optimization;

/// <summary>
/// Keeps plans as JSON in the application's <see cref="HybridCache"/>. Only plans that pass the checks go in, and only those that still do
/// come out. A cache that fails costs a planning, never a request.
/// </summary>
internal sealed class PlanCache(HybridCache cache, PlanCacheOptions options, PlanKey keys, PlanChecker checker, Func<Planner> planner, ILogger logger) : IPlanCacheControl
{
    private const string Prefix = "agent-orchestration:plan:";

    private static readonly string[] Tags = ["agent-orchestration:plans"];

    private static readonly HybridCacheEntryOptions OnlyFind = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };

    private readonly HybridCacheEntryOptions _entry = new() { Expiration = options.TimeToLive, LocalCacheExpiration = options.TimeToLive };

    /// <summary>The plan of a request, or <see langword="null"/>.</summary>
    public async ValueTask<TaskPlan?> FindAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            byte[]? json = await cache.GetOrCreateAsync(
                KeyOf(request), static _ => ValueTask.FromResult<byte[]?>(null), OnlyFind, cancellationToken: cancellationToken).ConfigureAwait(false);
            return json is null ? null : WhenItFits(JsonSerializer.Deserialize(json, PlanJsonContext.Default.PlanDocument)!.ToPlan() with { IsLiteral = true });
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            OptimizationLog.PlanNotFound(logger, exception);
            return null;
        }
    }

    /// <summary>Keeps a decomposer's plan, if it is good.</summary>
    public async ValueTask StoreAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            TaskPlan repaired = PlanRepairer.Repair(plan, checker.TaskTypes, out IReadOnlyList<PlanDiagnostic> unclear);
            if (unclear.Count == 0 && checker.Check(repaired, out _) is not null)
            {
                await SetAsync(request, repaired, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            OptimizationLog.PlanNotStored(logger, exception);
        }
    }

    public async ValueTask<TaskPlan> WarmAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await CallerContext.Leave();
        return (await planner().PlanAsync(request, cancellationToken).ConfigureAwait(false)).Plan;
    }

    public async ValueTask PutAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken)
    {
        if (checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics) is null)
        {
            throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });
        }

        await SetAsync(request, plan, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask InvalidateAsync(OrchestrationRequest request, CancellationToken cancellationToken) => cache.RemoveAsync(KeyOf(request), cancellationToken);

    public ValueTask InvalidateAllAsync(CancellationToken cancellationToken) => cache.RemoveByTagAsync(Tags[0], cancellationToken);

    private ValueTask SetAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken) => cache.SetAsync(
        KeyOf(request),
        JsonSerializer.SerializeToUtf8Bytes(PlanDocument.From(plan, PlanVersion.Current), PlanJsonContext.Default.PlanDocument),
        _entry,
        Tags,
        cancellationToken);

    private TaskPlan? WhenItFits(TaskPlan plan)
    {
        if (checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics) is not null)
        {
            return plan;
        }

        OptimizationLog.PlanOutdated(logger, diagnostics.Count, diagnostics[0]);
        return null;
    }

    private string KeyOf(OrchestrationRequest request) => Prefix + keys.Of(request);
}
