using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning.Repair;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

/// <summary>
/// Gets a plan that passes every check: asks, repairs what needs no asking, checks, and sends a refused plan back with everything that is
/// wrong.
/// </summary>
internal sealed class Planner(
    ITaskDecomposer decomposer, PlanChecker checker, ITaskTypeRegistry taskTypes, PlanningOptions options, TimeProvider timeProvider, ILogger logger)
{
    private readonly ApprovalMarker _hold = new(taskTypes, options.ApprovalScope);

    /// <summary>Whether work may begin before its plan is complete.</summary>
    public bool StartsEarly => options is { StartsEarly: true, ApprovePlan: null, ReviewsPlans: false };

    /// <summary>Whether an approver decides on a plan before it starts.</summary>
    public bool AsksForApproval => options.ApprovePlan is not null;

    /// <summary>Reviews a plan that has passed every check; <see langword="null"/> when nobody does.</summary>
    public Func<TaskGraph, PlanReview>? Review { get; init; }

    public Task<TaskGraph> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken) => PlanAsync(request, draft: null, refusal: null, cancellationToken);

    /// <param name="request">What is wanted.</param>
    /// <param name="draft">Receives the plan while it is being written; <see langword="null"/> when nobody does.</param>
    /// <param name="refusal">What came of an earlier plan; <see langword="null"/> when this is the first.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    public async Task<TaskGraph> PlanAsync(OrchestrationRequest request, PlanDraft? draft, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        PlanRefusal? aftermath = refusal;
        using var budget = new PlanningBudget(options, timeProvider, aftermath?.Planning, cancellationToken);
        if (budget.IsExhausted)
        {
            throw new InvalidPlanException(budget.Refuse(aftermath));
        }

        for (int repairs = 0; ; repairs++)
        {
            TaskGraph? graph = null;
            TaskPlan? answer = null;
            Exception? error = null;
            try
            {
                TaskPlan plan = await DecomposeAsync(request, refusal, draft, budget.Token).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"The decomposer '{decomposer.GetType()}' answered null instead of a plan.");
                budget.Count(plan.Planning);
                answer = plan;
                graph = Check(plan with { Goal = request.Goal, Planning = budget.Used }, out refusal);
            }
            catch (InvalidPlanException exception)
            {
                budget.Count(exception.Refusal.Planning);
                refusal = WithCheck(exception.Refusal);
                error = exception.InnerException;
            }
            catch (OperationCanceledException) when (budget.IsOutOfTime && !cancellationToken.IsCancellationRequested)
            {
                budget.Count(usage: null);
                throw new InvalidPlanException(budget.Refuse(refusal));
            }

            if (graph is not null)
            {
                // A plan of a template or of the cache costs no model, and goes back to none.
                return options.ReviewsPlans && aftermath is null && Review is not null && !answer!.IsLiteral && !budget.IsExhausted
                    ? await ImproveAsync(request, graph, answer, budget, cancellationToken).ConfigureAwait(false)
                    : graph;
            }

            refusal = After(aftermath, refusal!) with { Planning = budget.Used };
            draft?.OnRefused();
            PlanningLog.PlanRefused(logger, repairs + 1, options.MaxRepairs + 1, refusal.Diagnostics.Count, refusal.Diagnostics is [PlanDiagnostic first, ..] ? first : null);
            if (repairs >= options.MaxRepairs || refusal.Diagnostics.Any(diagnostic => AnswerDiagnostic.IsFinal(diagnostic.Code)))
            {
                throw new InvalidPlanException(refusal, error);
            }

            if (budget.IsExhausted)
            {
                throw new InvalidPlanException(budget.Refuse(refusal));
            }
        }
    }

    /// <summary>Makes a plan that is to be started, and has it approved if the application wants that.</summary>
    /// <exception cref="PlanRejectedException">It was not approved.</exception>
    public async Task<TaskGraph> PlanToStartAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        TaskGraph graph = await PlanAsync(request, draft: null, refusal, cancellationToken).ConfigureAwait(false);
        await ApproveAsync(graph, cancellationToken).ConfigureAwait(false);
        return graph;
    }

    /// <summary>Has a plan approved if the application wants that.</summary>
    /// <exception cref="PlanRejectedException">It was not approved.</exception>
    public async Task ApproveAsync(TaskGraph graph, CancellationToken cancellationToken)
    {
        if (options.ApprovePlan is { } approve && !await approve(graph.Plan, cancellationToken).ConfigureAwait(false))
        {
            throw new PlanRejectedException(graph.Plan);
        }
    }

    /// <summary>Sends a valid plan back once with what a review has found and a planner can change; limits are none of that. Whatever comes of that, there is a plan.</summary>
    private async Task<TaskGraph> ImproveAsync(OrchestrationRequest request, TaskGraph graph, TaskPlan answer, PlanningBudget budget, CancellationToken cancellationToken)
    {
        try
        {
            PlanReview review = Review!(graph);
            PlanDiagnostic[] findings = [.. review.Findings.Where(finding => finding.Code is not (PlanFindingCode.UnusableWidth or PlanFindingCode.Batchable)).Select(finding => DiagnosticOf(finding, graph))];
            if (findings.Length == 0)
            {
                return graph;
            }

            var refusal = new PlanRefusal(DiagnosticList.Of(findings)) { Plan = answer, Planning = budget.Used };
            TaskPlan? plan = await decomposer.DecomposeAsync(request, refusal, budget.Token).ConfigureAwait(false);
            budget.Count(plan?.Planning);
            if (plan is not null && Check(plan with { Goal = request.Goal, Planning = budget.Used }, out _) is { } better && Review(better).Makespan <= review.Makespan)
            {
                return better;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            budget.Count((exception as InvalidPlanException)?.Refusal.Planning);
            PlanningLog.ReviewFailed(logger, exception);
        }

        return checker.Check(graph.Plan with { Planning = budget.Used }, out _) ?? graph;
    }

    private static PlanDiagnostic DiagnosticOf(PlanFinding finding, TaskGraph graph)
    {
        string? first = finding.SubtaskIds.Count > 0 ? finding.SubtaskIds[0] : null;
        int index = graph.Subtasks.Index().Where(subtask => subtask.Item.Id == first).Select(subtask => subtask.Index).FirstOrDefault(-1);
        string gain = finding.ExpectedGain is { } saved ? $" Expected gain: {PlanFinding.Shown(saved)}, by estimates." : "";
        return new PlanDiagnostic(PlanDiagnosticCode.Improvable, index < 0 ? "/subtasks" : $"/subtasks/{index}", finding.Message + gain, finding.Remedy) { SubtaskId = first };
    }

    private ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, PlanDraft? draft, CancellationToken cancellationToken) =>
        draft is null
            ? decomposer.DecomposeAsync(request, refusal, cancellationToken)
            : decomposer.DecomposeAsync(request, refusal, subtask => draft.OnSubtask(_hold.Apply(subtask)), cancellationToken);

    /// <summary>However often its successor is refused, what came of the plan that was run stays to be known.</summary>
    private static PlanRefusal After(PlanRefusal? aftermath, PlanRefusal refusal) => aftermath is null
        ? refusal
        : refusal with { Finished = aftermath.Finished, Diagnostics = [.. refusal.Diagnostics, .. aftermath.Diagnostics] };

    /// <summary>Repairs and checks a plan.</summary>
    /// <returns>The graph, or <see langword="null"/> when there is a refusal.</returns>
    private TaskGraph? Check(TaskPlan plan, out PlanRefusal? refusal)
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = CheckSize(plan);
        TaskGraph? graph = null;
        if (diagnostics.Count == 0)
        {
            plan = PlanRepairer.Repair(plan, taskTypes, out diagnostics);
            if (plan.Repairs is [PlanRepair first, ..])
            {
                PlanningLog.PlanMended(logger, plan.Repairs.Count, first);
            }

            // What was repaired may have added dependencies.
            List<PlanDiagnostic> tooLarge = CheckSize(plan);
            if (tooLarge.Count > 0)
            {
                diagnostics = tooLarge;
            }
            else
            {
                // What is held goes into the graph and not back to the decomposer, which has no say in it.
                IReadOnlyList<PlanDiagnostic> unclear = diagnostics;
                graph = checker.Check(_hold.Apply(plan), out diagnostics);
                graph = unclear.Count == 0 ? graph : null;
                diagnostics = DiagnosticList.Of([.. unclear, .. diagnostics]);
            }
        }

        refusal = graph is null ? new PlanRefusal(diagnostics) { Plan = plan } : null;
        return graph;
    }

    /// <summary>
    /// An answer that was read to its end, though it is malformed, is checked as it is, so that everything is reported at once. What is
    /// malformed is not told twice.
    /// </summary>
    private PlanRefusal WithCheck(PlanRefusal refusal)
    {
        if (refusal.Plan is not { } plan || CheckSize(plan).Count > 0)
        {
            return refusal with { Diagnostics = DiagnosticList.Of(refusal.Diagnostics) };
        }

        // What can be repaired is no error beside those.
        TaskPlan repaired = PlanRepairer.Repair(plan, taskTypes, out IReadOnlyList<PlanDiagnostic> unclear);
        checker.Check(CheckSize(repaired).Count > 0 ? plan : repaired, out IReadOnlyList<PlanDiagnostic> found);
        IEnumerable<PlanDiagnostic> diagnostics = unclear.Concat(found);
        HashSet<string> told = new(refusal.Diagnostics.Select(diagnostic => diagnostic.Path), StringComparer.Ordinal);
        return refusal with { Diagnostics = DiagnosticList.Of([.. refusal.Diagnostics, .. diagnostics.Where(diagnostic => !IsTold(diagnostic.Path, told))]) };
    }

    private static bool IsTold(string path, HashSet<string> told)
    {
        for (int end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (told.Contains(path[..end]))
            {
                return true;
            }
        }

        return told.Contains("");
    }

    private List<PlanDiagnostic> CheckSize(TaskPlan plan)
    {
        List<PlanDiagnostic> diagnostics = [];
        (long subtasks, long dependencies, int depth) = Count(plan, PlanChecker.DeepestPlan);
        Limit("subtasks", subtasks, options.Limits.MaxSubtasks);
        Limit("dependencies", dependencies, options.Limits.MaxDependencies);
        if (depth > options.MaxPlanDepth)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.TooLarge, "/subtasks", $"Plans are nested more than {options.MaxPlanDepth} levels deep.", "Make a flatter plan."));
        }

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

    /// <summary>Plans within the plan count too, as deep as the check goes.</summary>
    private static (long Subtasks, long Dependencies, int Depth) Count(TaskPlan plan, int deepest)
    {
        (long subtasks, long dependencies, int depth) = (plan.Subtasks.Count, 0, 1);
        foreach (Subtask subtask in plan.Subtasks)
        {
            dependencies += subtask.DependsOn.Count + subtask.OptionalDependsOn.Count;
            if (subtask.Plan is { } nested && deepest > 1)
            {
                (long inner, long innerDependencies, int innerDepth) = Count(nested, deepest - 1);
                (subtasks, dependencies, depth) = (subtasks + inner, dependencies + innerDependencies, Math.Max(depth, 1 + innerDepth));
            }
        }

        return (subtasks, dependencies, depth);
    }
}
