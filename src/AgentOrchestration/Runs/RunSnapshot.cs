using AgentOrchestration.Plans;

namespace AgentOrchestration.Runs;

/// <summary>A run at one moment.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Plan">The plan that it executes.</param>
/// <param name="Subtasks">Every subtask, in the plan's order.</param>
public sealed record RunSnapshot(string RunId, TaskPlan Plan, IReadOnlyList<SubtaskSnapshot> Subtasks)
{
    /// <summary>How the run ended, or <see langword="null"/> while it goes on.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

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
