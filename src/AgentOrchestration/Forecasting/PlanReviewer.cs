using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Forecasting;

/// <summary>Finds what a good planner would change about a valid plan. What it says of time comes from forecasts, with a change and without.</summary>
/// <param name="forecaster">Makes the forecasts.</param>
/// <param name="checker">Checks changed plans.</param>
internal sealed class PlanReviewer(Forecaster forecaster, PlanChecker checker)
{
    public PlanReview Review(TaskGraph graph, RunOptions options)
    {
        Forecast forecast = forecaster.Of(graph, options);
        List<PlanFinding> findings =
        [
            .. new OrderReview(graph, forecast, With).Find(),
            .. GranularityReview.Find(graph, forecast),
            .. WidthReview.Find(forecast),
            .. IdenticalWorkReview.Find(graph),
            .. BatchReview.Find(graph, forecast),
        ];
        return new PlanReview(graph.Plan, [.. findings.OrderByDescending(finding => finding.ExpectedGain ?? TimeSpan.Zero)], forecast.Makespan)
        {
            UnknownDurations = [.. forecast.Assumptions.Where(assumption => assumption.Kind == ForecastAssumptionKind.Duration).Select(assumption => assumption.SubtaskId)],
        };

        Forecast? With(TaskPlan changed) => checker.Check(changed, out _) is { } changedGraph ? forecaster.Of(changedGraph, options) : null;
    }
}
