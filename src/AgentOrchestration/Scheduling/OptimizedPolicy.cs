using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Scheduling;

/// <summary>Searches for a schedule, on a thread of the pool.</summary>
internal sealed class OptimizedPolicy(SearchBudget budget, int seed) : ISchedulingPolicy
{
    public async ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken) =>
        context.Graph.Count < 2 ? SubtaskOrder.CriticalPathFirst : await Task.Run(() => Search(context, cancellationToken), cancellationToken).ConfigureAwait(false);

    private SubtaskOrder Search(SchedulingContext context, CancellationToken cancellationToken)
    {
        SchedulingProblem problem = GraphProblem.Of(context);
        long start = context.TimeProvider.GetTimestamp();
        FoundSchedule found = ScheduleSearch.Run(
            problem,
            GraphProblem.UrgenciesOf(context, problem),
            budget,
            (ulong)seed,
            () => context.TimeProvider.GetElapsedTime(start) >= budget.MaxTime || cancellationToken.IsCancellationRequested);
        cancellationToken.ThrowIfCancellationRequested();
        return SubtaskOrder.BySchedule(Array.ConvertAll(found.Starts, ticks => new TimeSpan(ticks)));
    }
}
