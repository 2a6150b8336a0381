using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>Searches for a schedule, apart from the starter of the run.</summary>
internal sealed class OptimizedPolicy(SearchBudget budget, int seed) : ISchedulingPolicy
{
    public async ValueTask<SubtaskOrder> OrderAsync(SchedulingContext context, CancellationToken cancellationToken)
    {
        SubtaskOrder order = SubtaskOrder.CriticalPathFirst;
        if (context.Graph.Count > 1)
        {
            await context.ComputeAsync(() => order = Search(context, cancellationToken)).ConfigureAwait(false);
        }

        return order;
    }

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
