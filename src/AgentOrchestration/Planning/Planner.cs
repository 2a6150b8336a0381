using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

/// <summary>Gets a plan that passes every check: asks, checks, and sends a refused plan back with everything that is wrong.</summary>
internal sealed class Planner(ITaskDecomposer decomposer, PlanChecker checker, PlanningOptions options, ILogger logger)
{
    public async ValueTask<TaskGraph> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        PlanRefusal? refusal = null;
        for (int repairs = 0; ; repairs++)
        {
            TaskGraph? graph = null;
            try
            {
                TaskPlan plan = await decomposer.DecomposeAsync(request, refusal, cancellationToken).ConfigureAwait(false)
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

            PlanningLog.PlanRefused(logger, repairs + 1, options.MaxRepairs + 1, refusal!.Diagnostics.Count, refusal.Diagnostics is [PlanDiagnostic first, ..] ? first : null);
            if (repairs >= options.MaxRepairs)
            {
                throw new InvalidPlanException(refusal);
            }
        }
    }

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
