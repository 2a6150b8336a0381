using System.Collections.ObjectModel;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>A run at one moment.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Plan">The plan that it executes; without subtasks as long as it is still being written.</param>
/// <param name="Subtasks">Every subtask, in the plan's order, or in that in which they became known, and behind them those that the run has added.</param>
public sealed record RunSnapshot(string RunId, TaskPlan Plan, IReadOnlyList<SubtaskSnapshot> Subtasks)
{
    /// <summary>How the run ended, or <see langword="null"/> while it goes on.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Why it stops, or stopped, before its work was done; <see langword="null"/> when it does not.</summary>
    public StopReason? StopReason { get; init; }

    /// <summary>The part of its budget that it used up, or <see langword="null"/> when it did not.</summary>
    public BudgetLimit? ExhaustedBudget { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the plan was complete, if the run had started before; else <see langword="null"/>.</summary>
    public DateTimeOffset? PlanCompletedAt { get; init; }

    /// <summary>
    /// By resource, how long something of the run waited because there was too little of it, or because a run that held less came first.
    /// Known of a run in this process, not from its events.
    /// </summary>
    public IReadOnlyDictionary<string, TimeSpan> ResourceWaits { get; init; } = ReadOnlyDictionary<string, TimeSpan>.Empty;

    /// <summary>What all attempts that have ended used.</summary>
    public TaskUsage Usage => Subtasks.Aggregate(TaskUsage.None, static (sum, subtask) => sum.Add(subtask.Usage));

    /// <summary>The state of a run is the fold of its events; this is the fold.</summary>
    /// <param name="events">The events of a run from the first, <see cref="RunStarted"/>, on.</param>
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
