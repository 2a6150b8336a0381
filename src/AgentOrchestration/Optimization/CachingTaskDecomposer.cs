using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Optimization;

/// <summary>Asks the inner decomposer only for what was not planned before. A plan that was refused is never looked for: another is wanted.</summary>
internal sealed class CachingTaskDecomposer(ITaskDecomposer inner, PlanCache cache) : ITaskDecomposer
{
    public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        if (refusal is null && await cache.FindAsync(request, cancellationToken).ConfigureAwait(false) is { } found)
        {
            return found;
        }

        return await KeepAsync(request, await inner.DecomposeAsync(request, refusal, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        if (refusal is null && await cache.FindAsync(request, cancellationToken).ConfigureAwait(false) is { } found)
        {
            foreach (Subtask subtask in found.Subtasks)
            {
                onSubtask(subtask);
            }

            return found;
        }

        return await KeepAsync(request, await inner.DecomposeAsync(request, refusal, onSubtask, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TaskPlan> KeepAsync(OrchestrationRequest request, TaskPlan plan, CancellationToken cancellationToken)
    {
        if (plan is not null)
        {
            await cache.StoreAsync(request, plan, cancellationToken).ConfigureAwait(false);
        }

        return plan!;
    }
}
