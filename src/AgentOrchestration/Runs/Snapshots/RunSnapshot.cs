using System.Collections.ObjectModel;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>Represents the state of a run at one moment.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Plan">The plan that it executes; without subtasks as long as it is still being written.</param>
/// <param name="Subtasks">Every subtask, in the plan's order, or in that in which they became known, and behind them those that the run has added.</param>
/// <example>
/// <code>
/// RunSnapshot snapshot = run.GetSnapshot();
/// int ended = snapshot.Subtasks.Count(subtask =&gt; subtask.EndedAt is not null);
/// Console.WriteLine($"{ended} of {snapshot.Subtasks.Count} subtasks have ended.");
/// </code>
/// </example>
public sealed record RunSnapshot(string RunId, TaskPlan Plan, IReadOnlyList<SubtaskSnapshot> Subtasks)
{
    /// <summary>Gets the outcome of the run.</summary>
    /// <value><see langword="null"/> until the run has ended.</value>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Gets the reason why the run stops, or stopped, before its work was done.</summary>
    /// <value><see langword="null"/> when it does not.</value>
    public StopReason? StopReason { get; init; }

    /// <summary>Gets whose deadline the run stopped at, where it was started in the code of a subtask that had to end then.</summary>
    /// <value>The default value is <see langword="null"/>: it did not, or at its own.</value>
    public string? DeadlineOf { get; init; }

    /// <summary>Gets the part of the budget that was used up.</summary>
    /// <value><see langword="null"/> when none was.</value>
    public BudgetLimit? ExhaustedBudget { get; init; }

    /// <summary>Gets since when the run is paused: what runs continues to its end, and nothing else starts.</summary>
    /// <value><see langword="null"/> when it is not.</value>
    public DateTimeOffset? PausedSince { get; init; }

    /// <summary>Gets why the run is paused.</summary>
    /// <value><see langword="null"/> when it is not, or nobody said so.</value>
    public string? PauseReason { get; init; }

    /// <summary>Gets the time at which the run started.</summary>
    /// <value>By the clock of the process that drives the run.</value>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Gets the time at which the run ended.</summary>
    /// <value><see langword="null"/> until then.</value>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the time at which the plan was complete, if the run started before that.</summary>
    /// <value><see langword="null"/> otherwise.</value>
    public DateTimeOffset? PlanCompletedAt { get; init; }

    /// <summary>
    /// Gets, by resource, the time for which work of the run waited because too little was free or because a run that held less was served first.
    /// </summary>
    /// <value>Known for a run of this process, not from its events. The default value is empty.</value>
    public IReadOnlyDictionary<string, TimeSpan> ResourceWaits { get; init; } = ReadOnlyDictionary<string, TimeSpan>.Empty;

    /// <summary>Gets the usage of all attempts that have ended.</summary>
    /// <value><see cref="TaskUsage.None"/> when nothing was used.</value>
    public TaskUsage Usage => Subtasks.Aggregate(TaskUsage.None, static (sum, subtask) => sum.Add(subtask.Usage));

    /// <summary>Computes the state of a run from its events.</summary>
    /// <param name="events">The events of a run from the first, <see cref="RunStarted"/>, on.</param>
    /// <returns>The state after the last of the events.</returns>
    /// <exception cref="ArgumentException">There is no event, or the first is another.</exception>
    public static RunSnapshot Fold(IEnumerable<RunEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        RunSnapshotBuilder? builder = null;
        foreach (RunEvent next in events)
        {
            if (builder is not null)
            {
                builder.Apply(next);
            }
            else if (next is RunStarted started)
            {
                builder = new RunSnapshotBuilder(started);
            }
            else
            {
                break;
            }
        }

        return builder?.Build() ?? throw new ArgumentException("The events of a run begin with RunStarted.", nameof(events));
    }
}
