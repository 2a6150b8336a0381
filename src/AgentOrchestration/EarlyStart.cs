using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>Lets the run of one request begin while its plan is still being written. In a simulation everything stays on its thread.</summary>
/// <param name="planner">Makes the plan.</param>
/// <param name="checker">Checks it.</param>
/// <param name="taskTypes">Knows what only computes.</param>
/// <param name="executor">Executes it.</param>
/// <param name="options">How it is executed.</param>
/// <param name="watch">Watches a run that has started, and makes of it what its caller gets.</param>
internal sealed class EarlyStart(Planner planner, PlanChecker checker, ITaskTypeRegistry taskTypes, IExecutor executor, RunOptions options, Func<Func<IOpenRun?>, OrchestrationRun?> watch)
{
    private PlanIntake? _intake;
    private OrchestrationRun? _run;

    /// <returns>The plan, and its run if it has begun.</returns>
    public async Task<(TaskGraph Graph, OrchestrationRun? Run)> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        TaskGraph nothing = checker.Nothing(request.Goal);
        try
        {
            TaskGraph graph = await planner.PlanAsync(request, new PlanDraft(subtask => Offer(subtask, nothing), Discard), refusal: null, cancellationToken).ConfigureAwait(false);
            if (_intake?.Run is not { } begun || !_intake.IsPartOf(graph.Plan))
            {
                Discard();
                return (graph, null);
            }

            ExecutorSupport.ThrowIfAnyIsMissing(graph, options, executor);

            // A run that was stopped in the meantime, by its time or its budget, is the outcome of the request.
            await begun.TryCompletePlanAsync(graph, cancellationToken).ConfigureAwait(false);
            return (graph, _run);
        }
        catch
        {
            Discard();
            throw;
        }
    }

    private void Offer(Subtask subtask, TaskGraph nothing) => (_intake ??= new PlanIntake(MayBegin, () => Begin(nothing))).Offer(subtask);

    /// <summary>A plan that is refused in the end has done nothing that anybody outside can notice: a read can carry data out by what it asks for.</summary>
    private bool MayBegin(Subtask subtask) =>
        !subtask.IsComposite && taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? type) && type.Effect == TaskEffect.Pure;

    private IOpenRun? Begin(TaskGraph nothing)
    {
        if (ExecutorSupport.WhatIsMissing(nothing, options, executor).Count > 0)
        {
            return null;
        }

        IOpenRun? begun = null;
        _run = watch(() => begun = executor.TryStartOpen(nothing, options));
        return begun;
    }

    /// <summary>Cancels what has begun. It ends by itself; the planning does not wait for that.</summary>
    private void Discard()
    {
        if (_run is { } run)
        {
            _ = run.CancelAsync().AsTask();
        }

        (_intake, _run) = (null, null);
    }
}
