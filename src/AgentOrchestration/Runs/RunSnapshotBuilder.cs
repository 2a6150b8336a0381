using AgentOrchestration.Plans;

namespace AgentOrchestration.Runs;

/// <summary>Folds events into a snapshot.</summary>
internal sealed class RunSnapshotBuilder
{
    private readonly RunStarted _started;
    private readonly SubtaskSnapshot[] _subtasks;
    private readonly Dictionary<string, int> _indices;
    private RunEnded? _ended;

    public RunSnapshotBuilder(RunStarted started)
    {
        _started = started;
        _subtasks = [.. started.Plan.Subtasks.Select(subtask => new SubtaskSnapshot(subtask, SubtaskState.Pending))];
        _indices = started.Plan.Subtasks.Select((Subtask subtask, int index) => (subtask.Id, index)).ToDictionary(StringComparer.Ordinal);
    }

    public DateTimeOffset StartedAt => _started.Time;

    public SubtaskSnapshot Get(string subtaskId) => _subtasks[_indices[subtaskId]];

    public void Apply(RunEvent next)
    {
        if (next is SubtaskEvent fact)
        {
            ref SubtaskSnapshot subtask = ref _subtasks[_indices[fact.SubtaskId]];
            subtask = Apply(subtask, fact);
        }
        else if (next is RunEnded ended)
        {
            _ended = ended;
        }
    }

    public RunSnapshot Build() => new(_started.RunId, _started.Plan, [.. _subtasks.Select(WithReadiness)])
    {
        StartedAt = _started.Time,
        Outcome = _ended?.Outcome,
        EndedAt = _ended?.Time,
    };

    /// <summary>That a subtask has become ready is no event, because it follows from others.</summary>
    private SubtaskSnapshot WithReadiness(SubtaskSnapshot subtask) =>
        subtask.State == SubtaskState.Pending && subtask.Subtask.DependsOn.All(id => _subtasks[_indices[id]].State == SubtaskState.Succeeded)
            ? subtask with { State = SubtaskState.Ready }
            : subtask;

    private static SubtaskSnapshot Apply(SubtaskSnapshot subtask, SubtaskEvent fact) => fact switch
    {
        AttemptStarted started => subtask with
        {
            State = SubtaskState.Running,
            Attempts = started.Attempt,
            Progress = null,
            StartedAt = subtask.StartedAt ?? fact.Time,
        },
        AttemptFailed failed => subtask with { State = SubtaskState.Ready, Error = failed.Error },
        ProgressReported progress => subtask with { Progress = progress.Fraction },
        SubtaskSucceeded succeeded => subtask with
        {
            State = SubtaskState.Succeeded,
            Output = succeeded.Output,
            Origin = succeeded.Origin,
            Error = null,
            StartedAt = subtask.StartedAt ?? fact.Time,
            EndedAt = fact.Time,
        },
        SubtaskFailed failed => subtask with { State = SubtaskState.Failed, Error = failed.Error, EndedAt = fact.Time },
        SubtaskSkipped skipped => subtask with { State = SubtaskState.Skipped, SkippedBecauseOf = skipped.Cause, EndedAt = fact.Time },
        SubtaskCancelled cancelled => subtask with { State = SubtaskState.Cancelled, Abandoned = cancelled.Abandoned, EndedAt = fact.Time },
        _ => subtask,
    };
}
