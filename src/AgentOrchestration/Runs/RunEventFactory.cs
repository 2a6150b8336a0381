using AgentOrchestration.Graph;

namespace AgentOrchestration.Runs;

/// <summary>Gives facts their names.</summary>
internal sealed class RunEventFactory(string runId, TaskGraph graph)
{
    public RunEvent Create(in RunFact fact, int index)
    {
        long sequence = index;
        var time = new DateTimeOffset(fact.Time, TimeSpan.Zero);
        string id = fact.Subtask < 0 ? "" : IdOf(fact.Subtask);
        return fact.Kind switch
        {
            RunFactKind.RunStarted => new RunStarted(runId, graph.Plan) { Sequence = sequence, Time = time },
            RunFactKind.AttemptStarted => new AttemptStarted(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            RunFactKind.AttemptFailed => new AttemptFailed(fact.Attempt, (SubtaskError)fact.Payload!, new DateTimeOffset(fact.Detail, TimeSpan.Zero))
            {
                Sequence = sequence,
                Time = time,
                SubtaskId = id,
            },
            RunFactKind.ProgressReported => Create((Progress)fact.Payload!, sequence, time, id),
            RunFactKind.SubtaskSucceeded => new SubtaskSucceeded(fact.Attempt, (OutputOrigin)fact.Detail, fact.Other < 0 ? null : IdOf(fact.Other))
            {
                Sequence = sequence,
                Time = time,
                SubtaskId = id,
                Output = fact.Payload,
            },
            RunFactKind.SubtaskFailed => new SubtaskFailed(fact.Attempt, (SubtaskError)fact.Payload!) { Sequence = sequence, Time = time, SubtaskId = id },
            RunFactKind.SubtaskSkipped => new SubtaskSkipped(IdOf(fact.Other)) { Sequence = sequence, Time = time, SubtaskId = id },
            RunFactKind.SubtaskCancelled => new SubtaskCancelled(fact.Attempt, fact.Detail != 0) { Sequence = sequence, Time = time, SubtaskId = id },
            RunFactKind.CancelRequested => new CancelRequested { Sequence = sequence, Time = time },
            RunFactKind.RunEnded => new RunEnded((RunOutcome)fact.Detail) { Sequence = sequence, Time = time },
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact.Kind, "No such kind of fact."),
        };
    }

    private static ProgressReported Create(Progress progress, long sequence, DateTimeOffset time, string id) =>
        new(progress.Fraction, progress.Message) { Sequence = sequence, Time = time, SubtaskId = id };

    private string IdOf(int subtask) => graph.Subtasks[subtask].Id;
}
