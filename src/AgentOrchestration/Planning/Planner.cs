using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

/// <summary>Gets a plan that passes every check: asks, checks, and sends a refused plan back with everything that is wrong.</summary>
internal sealed class Planner(ITaskDecomposer decomposer, PlanChecker checker, PlanningOptions options, ILogger logger)
{
    /// <summary>Whether work may begin before its plan is complete.</summary>
    public bool StartsEarly => options.StartsEarly;

    public Task<TaskGraph> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken) => PlanAsync(request, draft: null, cancellationToken);

    /// <param name="request">What is wanted.</param>
    /// <param name="draft">Hears the plan while it is being written; <see langword="null"/> when nobody does.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    public async Task<TaskGraph> PlanAsync(OrchestrationRequest request, PlanDraft? draft, CancellationToken cancellationToken)
    {
        PlanRefusal? refusal = null;
        for (int repairs = 0; ; repairs++)
        {
            TaskGraph? graph = null;
            try
            {
                TaskPlan plan = await DecomposeAsync(request, refusal, draft, cancellationToken).ConfigureAwait(true)
                    ?? throw new InvalidOperationException($"The decomposer '{decomposer.GetType()}' answered null instead of a plan.");
                graph = Check(plan.Goal.Length == 0 ? plan with { Goal = request.Goal } : plan, out refusal);
            }
            catch (InvalidPlanException exception)
            {
                refusal = exception.Refusal;
            }

            if (graph is not null)
            {
                return graph;
            }

            draft?.OnRefused();
            PlanningLog.PlanRefused(logger, repairs + 1, options.MaxRepairs + 1, refusal!.Diagnostics.Count, refusal.Diagnostics is [PlanDiagnostic first, ..] ? first : null);
            if (repairs >= options.MaxRepairs)
            {
                throw new InvalidPlanException(refusal);
            }
        }
    }

    private ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, PlanDraft? draft, CancellationToken cancellationToken) =>
        draft is null
            ? decomposer.DecomposeAsync(request, refusal, cancellationToken)
            : decomposer.DecomposeAsync(request, refusal, draft.OnSubtask, cancellationToken);

    private TaskGraph? Check(TaskPlan plan, out PlanRefusal? refusal)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = CheckSize(plan);
        TaskGraph? graph = diagnostics.Count > 0 ? null : checker.Check(plan, out diagnostics);
        refusal = graph is null ? new PlanRefusal(diagnostics) { Plan = plan } : null;
        return graph;
    }

    private List<PlanDiagnostic> CheckSize(TaskPlan plan)
    {
        List<PlanDiagnostic> diagnostics = [];
        Limit("subtasks", plan.Subtasks.Count, options.MaxSubtasks);
        Limit("dependencies", plan.Subtasks.Sum(subtask => (long)subtask.DependsOn.Count), options.MaxDependencies);
        return diagnostics;

        void Limit(string what, long count, int limit)
        {
            if (count > limit)
            {
                diagnostics.Add(new PlanDiagnostic(
                    PlanDiagnosticCode.TooLarge, "/subtasks", $"The plan has {count} {what}.", $"At most {limit} are allowed; make a smaller plan."));
            }
        }
    }
}
