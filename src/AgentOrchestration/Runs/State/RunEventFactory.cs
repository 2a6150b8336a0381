using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.State;

/// <summary>Gives facts their names.</summary>
internal sealed class RunEventFactory(string runId, GrowingGraph graph)
{
    public RunEvent Create(in RunFact fact, int index)
    {
        long sequence = index;
        DateTimeOffset time = TimeOf(fact.Time);
        string id = fact.Subtask < 0 ? "" : IdOf(fact.Subtask);

        // The two that make up most of a history are made in one step, the others named and then numbered.
        return fact.Kind switch
        {
            RunFactKind.AttemptStarted => new AttemptStarted(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            RunFactKind.SubtaskSucceeded when fact.Payload is not SharedOutput =>
                new SubtaskSucceeded(fact.Attempt, (OutputOrigin)fact.Detail, SharedWith: null) { Sequence = sequence, Time = time, SubtaskId = id, Output = fact.Payload },
            _ => Name(fact, id) with { Sequence = sequence, Time = time },
        };
    }

    private RunEvent Name(in RunFact fact, string id) => fact.Payload switch
    {
        GraphGrowth { Parent: < 0 } growth => new PlanExtended(growth.Part.Subtasks) { Sequence = 0, Time = default },
        TaskGraph completed => new PlanCompleted(completed.Plan) { Sequence = 0, Time = default },
        GraphGrowth growth => new SubtasksAdded(growth.Part.Subtasks, growth.IsJoined) { Sequence = 0, Time = default, SubtaskId = id, AwaitedBy = WaitersFor(growth) },
        ApprovalQuestion question => new ApprovalRequested(question.Fingerprint, question.Arguments) { Sequence = 0, Time = default, SubtaskId = id },
        ApprovalAnswer answer => new ApprovalDecided(fact.Detail != 0, answer.By, answer.Reason) { Sequence = 0, Time = default, SubtaskId = id },
        AttemptRetry retry when fact.Kind == RunFactKind.AttemptFailed =>
            new AttemptFailed(fact.Attempt, retry.Error, TimeOf(retry.RetryAt)) { Sequence = 0, Time = default, SubtaskId = id },
        AttemptRetry retry =>
            new CompensationFailed(fact.Attempt, retry.Error, retry.RetryAt == 0 ? null : TimeOf(retry.RetryAt)) { Sequence = 0, Time = default, SubtaskId = id },
        SharedOutput shared => new SubtaskSucceeded(fact.Attempt, (OutputOrigin)fact.Detail, IdOf(shared.Worker))
        {
            Sequence = 0,
            Time = default,
            SubtaskId = id,
            Output = shared.Output,
        },
        SubtaskError error => new SubtaskFailed(fact.Attempt, error) { Sequence = 0, Time = default, SubtaskId = id },
        SkipCause cause => new SubtaskSkipped(IdOf(cause.Subtask), cause.Reason) { Sequence = 0, Time = default, SubtaskId = id },
        TaskUsage usage => new UsageCounted(fact.Attempt, usage) { Sequence = 0, Time = default, SubtaskId = id },
        RunBudget budget => new BudgetExtended(budget) { Sequence = 0, Time = default },
        _ => NameByKind(fact, id),
    };

    private RunEvent NameByKind(in RunFact fact, string id) => fact.Kind switch
    {
        RunFactKind.RunStarted => new RunStarted(runId, graph.Origin.Plan) { Sequence = 0, Time = default },
        RunFactKind.AttemptTimedOut => new AttemptTimedOut(fact.Attempt, (TimeLimit)fact.Detail) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.AttemptAbandoned => new AttemptAbandoned(fact.Attempt) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.AttemptInterrupted => new AttemptInterrupted(fact.Attempt) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.SubtaskCancelRequested => new SubtaskCancelRequested { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.SubtaskCancelled => new SubtaskCancelled(fact.Attempt) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.BudgetExhausted => new BudgetExhausted((BudgetLimit)fact.Detail) { Sequence = 0, Time = default },
        RunFactKind.StopRequested => new StopRequested((StopReason)fact.Detail) { Sequence = 0, Time = default },
        RunFactKind.CompensationStarted => new CompensationStarted(fact.Attempt) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.SubtaskCompensated => new SubtaskCompensated(fact.Attempt) { Sequence = 0, Time = default, SubtaskId = id },
        RunFactKind.RunEnded => new RunEnded((RunOutcome)fact.Detail) { Sequence = 0, Time = default },
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact.Kind, "No such kind of fact."),
    };

    private string[] WaitersFor(GraphGrowth growth) => growth.Awaited.Count == 0
        ? []
        : [.. growth.Awaited.Where(awaited => awaited.Waiter < growth.Offset).Select(awaited => awaited.Waiter).Distinct().Select(IdOf)];

    private static DateTimeOffset TimeOf(long ticks) => new(ticks, TimeSpan.Zero);

    private string IdOf(int subtask) => graph.SubtaskAt(subtask).Id;
}
