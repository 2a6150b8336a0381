using AgentOrchestration.Forecasting;

namespace AgentOrchestration.Testing;

/// <summary>
/// Measures a planner: whether its plans pass the checks, and how far they have the task types and the links that are expected. Every planner will do that
/// an orchestrator plans with: a live model, recorded answers of one (<see cref="ScriptedChatClient"/>), or a decomposer of the application's own
/// (<c>UseDecomposer</c>).
/// </summary>
/// <remarks>
/// Node F1 and edge F1 are those of TaskBench (Shen et al., NeurIPS 2024): the task types of a request are a set, and so are its links, which are pairs of task
/// types; what is right, planned and expected is counted over all requests, and F1 is taken of the sums ("Node Micro F1" and "Link Binary F1" in
/// <c>taskbench/evaluate.py</c> of microsoft/JARVIS at 2e6114e). TaskBench leaves out answers that it cannot read
/// (<see cref="PlanEvaluationResult.NodesOfValid"/>), and does not count task types that are not registered, which here make a plan invalid.
/// </remarks>
/// <example>
/// <code>
/// PlanEvaluationResult result = await PlanEvaluation.RunAsync(orchestrator,
/// [
///     new ExpectedPlan(new OrchestrationRequest("Mail me the weather in Rome"), ["weather", "send_mail"], [new ExpectedLink("weather", "send_mail")]),
/// ]);
/// Console.WriteLine($"{result.Nodes.F1:F2} {result}");
/// </code>
/// </example>
public static class PlanEvaluation
{
    private const int DeepestPlan = 16;

    /// <summary>Plans requests one after another, and compares the plans with what is expected. Nothing is run.</summary>
    /// <param name="orchestrator">The orchestrator that plans.</param>
    /// <param name="expected">The requests, and what is expected.</param>
    /// <param name="cancellationToken">Cancels the evaluation.</param>
    /// <returns>What became of each request, and the sums.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static async Task<PlanEvaluationResult> RunAsync(ITaskOrchestrator orchestrator, IEnumerable<ExpectedPlan> expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        ArgumentNullException.ThrowIfNull(expected);
        List<EvaluatedPlan> plans = [];
        foreach (ExpectedPlan one in expected)
        {
            plans.Add(await EvaluateAsync(orchestrator, one, cancellationToken).ConfigureAwait(false));
        }

        return new PlanEvaluationResult(plans);
    }

    /// <summary>Compares a plan with what is expected, without a planner.</summary>
    /// <param name="plan">The plan; <see langword="null"/> for none.</param>
    /// <param name="expected">What is expected.</param>
    /// <returns>The scores of the task types and of the links.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="expected"/> is <see langword="null"/>.</exception>
    public static (PlanScore Nodes, PlanScore Links) Compare(TaskPlan? plan, ExpectedPlan expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        return (
            PlanScore.Of(plan is null ? [] : TypesOf(plan, DeepestPlan), expected.TaskTypes),
            PlanScore.Of(plan is null ? [] : LinksOf(plan, DeepestPlan), expected.Links));
    }

    private static async Task<EvaluatedPlan> EvaluateAsync(ITaskOrchestrator orchestrator, ExpectedPlan expected, CancellationToken cancellationToken)
    {
        try
        {
            TaskPlan plan = await orchestrator.PlanAsync(expected.Request, cancellationToken).ConfigureAwait(false);
            (PlanScore nodes, PlanScore links) = Compare(plan, expected);
            Forecast forecast = orchestrator.Forecast(plan);
            return new EvaluatedPlan(expected, plan, [])
            {
                Nodes = nodes,
                Links = links,
                Depth = forecast.CriticalPath.SubtaskIds.Count,
                CriticalPath = forecast.CriticalPath.Duration,
                Planning = plan.Planning,
            };
        }
        catch (InvalidPlanException refused)
        {
            (PlanScore nodes, PlanScore links) = Compare(plan: null, expected);
            return new EvaluatedPlan(expected, Plan: null, refused.Diagnostics) { Nodes = nodes, Links = links, Planning = refused.Refusal.Planning };
        }
    }

    private static IEnumerable<string> TypesOf(TaskPlan plan, int deepest) => plan.Subtasks.SelectMany(subtask =>
        subtask.Plan is not { } nested ? [subtask.TaskType] : deepest > 1 ? TypesOf(nested, deepest - 1) : []);

    /// <summary>A plan within the plan has links of its own; it is no end of one.</summary>
    private static IEnumerable<ExpectedLink> LinksOf(TaskPlan plan, int deepest)
    {
        Dictionary<string, string> typeOf = plan.Subtasks.Where(subtask => subtask.Plan is null).ToDictionary(subtask => subtask.Id, subtask => subtask.TaskType, StringComparer.Ordinal);
        foreach (Subtask subtask in plan.Subtasks)
        {
            if (subtask.Plan is { } nested)
            {
                foreach (ExpectedLink link in deepest > 1 ? LinksOf(nested, deepest - 1) : [])
                {
                    yield return link;
                }

                continue;
            }

            foreach (string dependency in subtask.DependsOn.Concat(subtask.OptionalDependsOn))
            {
                if (typeOf.TryGetValue(dependency, out string? from))
                {
                    yield return new ExpectedLink(from, subtask.TaskType);
                }
            }
        }
    }
}
