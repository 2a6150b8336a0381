using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Forecasting;

/// <summary>
/// Finds subtasks that are too coarse or too fine. Too coarse: one takes at least half of the run and five times as long as the median of the others,
/// of which there are three at least, so that it alone decides how long the run takes. Too fine: starting, recording and ending a subtask costs about
/// 20 µs in a durable run (<c>benchmarks/results/durable.md</c>); work of less than fifty times that is more than 2 % overhead.
/// </summary>
internal static class GranularityReview
{
    private const double LeastShare = 0.5;
    private const double TimesMedian = 5;
    private const int LeastOthers = 3;
    private const int LeastFine = 10;

    private static readonly TimeSpan Overhead = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan Finest = 50 * Overhead;

    public static IEnumerable<PlanFinding> Find(TaskGraph graph, Forecast forecast)
    {
        HashSet<string> assumed = new(forecast.Assumptions.Where(assumption => assumption.Kind == ForecastAssumptionKind.Duration).Select(assumption => assumption.SubtaskId), StringComparer.Ordinal);
        int[] known = [.. Enumerable.Range(0, graph.Count).Where(index => !graph.Subtasks[index].IsComposite && !assumed.Contains(graph.Subtasks[index].Id))];
        return TooCoarse(graph, forecast, known).Concat(TooFine(graph, forecast, known));
    }

    private static IEnumerable<PlanFinding> TooCoarse(TaskGraph graph, Forecast forecast, int[] known)
    {
        foreach (int index in known)
        {
            ForecastSubtask subtask = forecast.Subtasks[index];
            if (!subtask.IsCritical || subtask.Duration < forecast.Makespan * LeastShare || subtask.Duration == TimeSpan.Zero || known.Length <= LeastOthers)
            {
                continue;
            }

            TimeSpan[] others = [.. known.Where(other => other != index).Select(other => forecast.Subtasks[other].Duration).Order()];
            if (subtask.Duration >= others[others.Length / 2] * TimesMedian)
            {
                yield return new PlanFinding(
                    PlanFindingCode.TooCoarse, [subtask.Id],
                    $"'{subtask.Id}' takes {PlanFinding.Shown(subtask.Duration)} of {PlanFinding.Shown(forecast.Makespan)}; the median of the others is {PlanFinding.Shown(others[others.Length / 2])}.",
                    "If its work has parts that do not need each other, make them subtasks of their own; how much that saves depends on them.")
                {
                    IsByEstimates = true,
                };
            }
        }
    }

    private static IEnumerable<PlanFinding> TooFine(TaskGraph graph, Forecast forecast, int[] known) => known
        .Where(index => forecast.Subtasks[index].Duration < Finest)
        .GroupBy(index => graph.Subtasks[index].TaskType, StringComparer.Ordinal)
        .Where(fine => fine.Count() >= LeastFine)
        .Select(fine => new PlanFinding(
            PlanFindingCode.TooFine, [.. fine.Take(WidthReview.MostIds).Select(index => graph.Subtasks[index].Id)],
            $"{fine.Count()} subtasks of the type '{fine.Key}' take less than {PlanFinding.Shown(Finest)} each, of which more than 2 % is the cost of starting and recording them.",
            "Let one subtask do the work of several.")
        {
            IsByEstimates = true,
        });
}
