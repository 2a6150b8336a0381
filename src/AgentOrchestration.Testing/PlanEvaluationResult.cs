using System.Globalization;

namespace AgentOrchestration.Testing;

/// <summary>How well a planner has planned a set of requests.</summary>
/// <param name="Plans">What became of each request, in order.</param>
public sealed record PlanEvaluationResult(IReadOnlyList<EvaluatedPlan> Plans)
{
    /// <summary>Gets the number of requests whose plan passed every check.</summary>
    /// <value>At least 0.</value>
    public int Valid => Plans.Count(plan => plan.Plan is not null);

    /// <summary>Gets the number of valid plans that were repaired without asking again.</summary>
    /// <value>At least 0.</value>
    public int Repaired => Plans.Count(plan => plan.Plan is { Repairs.Count: > 0 });

    /// <summary>Gets the number of requests for which the planner was asked more than once.</summary>
    /// <value>At least 0.</value>
    public int AskedAgain => Plans.Count(plan => plan.Planning?.Rounds > 1);

    /// <summary>Gets the score of the task types over all requests. A request without a plan counts as one for which nothing was planned.</summary>
    /// <value><see cref="PlanScore.F1"/> is the node F1.</value>
    public PlanScore Nodes => Sum(Plans.Select(plan => plan.Nodes));

    /// <summary>Gets the score of the links over all requests. A request without a plan counts as one for which nothing was planned.</summary>
    /// <value><see cref="PlanScore.F1"/> is the edge F1.</value>
    public PlanScore Links => Sum(Plans.Select(plan => plan.Links));

    /// <summary>Gets the score of the task types over the requests with a plan, as TaskBench leaves out answers that it cannot read.</summary>
    /// <value><see cref="PlanScore.F1"/> is the node F1.</value>
    public PlanScore NodesOfValid => Sum(Plans.Where(plan => plan.Plan is not null).Select(plan => plan.Nodes));

    /// <summary>Gets the score of the links over the requests with a plan, as TaskBench leaves out answers that it cannot read.</summary>
    /// <value><see cref="PlanScore.F1"/> is the edge F1.</value>
    public PlanScore LinksOfValid => Sum(Plans.Where(plan => plan.Plan is not null).Select(plan => plan.Links));

    /// <summary>Gets the mean number of subtasks in the longest chain of a valid plan.</summary>
    /// <value>0 when no plan is valid.</value>
    public double MeanDepth => Plans.Where(plan => plan.Plan is not null).Select(plan => (double)plan.Depth).DefaultIfEmpty().Average();

    /// <summary>Gets the mean of the expected durations of the longest chains, by estimates.</summary>
    /// <value>Zero when no plan is valid.</value>
    public TimeSpan MeanCriticalPath => TimeSpan.FromSeconds(Plans.Where(plan => plan.Plan is not null).Select(plan => plan.CriticalPath.TotalSeconds).DefaultIfEmpty().Average());

    /// <summary>Gets the number of tokens that planning has used for all requests, where the planner says it.</summary>
    /// <value>At least 0.</value>
    public long Tokens => Plans.Sum(plan => plan.Planning?.Tokens ?? 0);

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Valid} of {Plans.Count} valid, {Repaired} repaired, {AskedAgain} asked again; nodes {Nodes}; links {Links}; mean depth {MeanDepth:0.0}, critical path {MeanCriticalPath}; {Tokens} tokens");

    private static PlanScore Sum(IEnumerable<PlanScore> scores) => scores.Aggregate(default(PlanScore), PlanScore.Add);
}
