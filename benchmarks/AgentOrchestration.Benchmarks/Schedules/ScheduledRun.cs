using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Ordering;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>
/// One graph played in virtual time, through the dispatch core, the order and the ledger that the executor uses. What is reported is read
/// from the run's events.
/// </summary>
internal sealed class ScheduledRun
{
    private ScheduledRun(TimeSpan[] starts, TimeSpan[] ends)
    {
        Starts = starts;
        Ends = ends;
        Makespan = ends.DefaultIfEmpty().Max();
    }

    public TimeSpan Makespan { get; }

    private TimeSpan[] Starts { get; }

    private TimeSpan[] Ends { get; }

    public static ScheduledRun Play(TaskGraph graph, IResourceManager resources, int maxParallelism, SubtaskOrder order, Func<int, TimeSpan> durationOf)
    {
        var host = new VirtualTimeHost(graph, resources, new RunOptions { MaxParallelism = maxParallelism }, (subtask, _) => new VirtualAttempt(durationOf(subtask)), order: order);
        IReadOnlyList<RunEvent> events = host.Run();
        var starts = new TimeSpan[graph.Count];
        var ends = new TimeSpan[graph.Count];
        Dictionary<string, int> indices = graph.Subtasks.Index().ToDictionary(subtask => subtask.Item.Id, subtask => subtask.Index, StringComparer.Ordinal);
        foreach (RunEvent next in events)
        {
            if (next is AttemptStarted started)
            {
                starts[indices[started.SubtaskId]] = started.Time - DateTimeOffset.UnixEpoch;
            }
            else if (next is SubtaskSucceeded succeeded)
            {
                ends[indices[succeeded.SubtaskId]] = succeeded.Time - DateTimeOffset.UnixEpoch;
            }
        }

        return host.Core.State.Outcome == RunOutcome.Succeeded
            ? new ScheduledRun(starts, ends)
            : throw new InvalidOperationException($"The run did not succeed: {host.Core.State.Outcome}.");
    }

    /// <summary>Throws when a subtask started before what it waits for had ended, or when more of a pool was in use than there is.</summary>
    public void Check(TaskGraph graph, IResourceManager resources, int maxParallelism)
    {
        for (int subtask = 0; subtask < graph.Count; subtask++)
        {
            foreach (int dependency in graph.GetDependencies(subtask))
            {
                if (Starts[subtask] < Ends[dependency])
                {
                    throw new InvalidOperationException($"{subtask} started before {dependency} had ended.");
                }
            }

            CheckMoment(Starts[subtask], graph, resources, maxParallelism);
        }
    }

    private void CheckMoment(TimeSpan moment, TaskGraph graph, IResourceManager resources, int maxParallelism)
    {
        int[] running = [.. Enumerable.Range(0, graph.Count).Where(subtask => Starts[subtask] <= moment && moment < Ends[subtask])];
        if (running.Length > maxParallelism)
        {
            throw new InvalidOperationException($"{running.Length} subtasks ran at {moment}, but {maxParallelism} may.");
        }

        foreach (IGrouping<string, ResourceAmount> pool in running.SelectMany(subtask => graph.GetResources(subtask).Amounts).GroupBy(need => need.Name))
        {
            if (pool.Sum(need => need.Amount) > resources.GetCapacity(pool.Key))
            {
                throw new InvalidOperationException($"More of {pool.Key} was in use at {moment} than there is.");
            }
        }
    }
}
