using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Planning;

namespace AgentOrchestration;

/// <summary>Lets work that only computes start early while somebody decides on its plan. Its outputs are held until the plan is approved.</summary>
/// <param name="planner">Asks for the approval.</param>
/// <param name="executor">Executes it.</param>
/// <param name="options">How it is executed.</param>
/// <param name="watch">Watches a run that has started, and makes of it what its caller gets.</param>
internal sealed class EarlyApproval(Planner planner, IExecutor executor, RunOptions options, Func<Func<IOpenRun?>, RunOptions, OrchestrationRun?> watch)
{
    /// <summary>Whether work may start while somebody decides on its plan. The time of a run with a limit would pass meanwhile.</summary>
    public static bool IsAllowed(Planner planner, RunOptions options) =>
        planner.AsksForApproval && options is { RunId: null, Extra.EarlyShare: > 0, Timeout: null, Budget: null or { MaxTime: null } };

    /// <returns>The plan, and its run if it has begun.</returns>
    /// <exception cref="PlanRejectedException">The plan was not approved.</exception>
    public async Task<(TaskGraph Graph, OrchestrationRun? Run)> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        TaskGraph graph = await planner.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        ExecutorSupport.ThrowIfAnyIsMissing(graph, options, executor);
        IOpenRun? begun = null;
        OrchestrationRun? run = null;
        if (Enumerable.Range(0, graph.Count).Any(subtask => MayBegin(graph, subtask)))
        {
            var waiting = new RunOptions(options) { AwaitsApproval = true };
            run = watch(() => begun = executor.TryStartOpen(graph, waiting), waiting);
        }

        try
        {
            await planner.ApproveAsync(graph, cancellationToken).ConfigureAwait(false);
            if (begun is not null)
            {
                await begun.TryCompletePlanAsync(graph, cancellationToken).ConfigureAwait(false);
            }

            return (graph, run);
        }
        catch
        {
            // It ends by itself; whoever waits for the start does not wait for that.
            _ = run?.CancelAsync(CancellationToken.None).AsTask();
            throw;
        }
    }

    private static bool MayBegin(TaskGraph graph, int subtask) =>
        graph.GetDependencies(subtask).Count == 0
        && graph.GetTaskType(subtask).Effect == TaskEffect.Pure
        && graph.GetPolicy(subtask) is { RequiresApproval: false, Batch: null }
        && !graph.Subtasks[subtask].IsComposite;
}
