using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.State;

/// <summary>Makes the events of facts, for those who follow a run and for those who read its journal.</summary>
/// <param name="runId">The id of the run.</param>
/// <param name="plan">The plan that the run was started with.</param>
/// <param name="idOf">Returns the id of a subtask.</param>
internal sealed class RunEventFactory(string runId, TaskPlan plan, Func<int, string> idOf)
{
    public RunEventFactory(string runId, GrowingGraph graph)
        : this(runId, graph.Origin.Plan, subtask => graph.SubtaskAt(subtask).Id)
    {
    }

    public RunEvent Create(in RunFact fact, long sequence)
    {
        DateTimeOffset time = TimeOf(fact.Time);
        string id = fact.Subtask < 0 ? "" : idOf(fact.Subtask);
        return (fact.Kind, fact.Payload) switch
        {
            (RunFactKind.RunStarted, _) => new RunStarted(runId, plan) { Sequence = sequence, Time = time },
            (RunFactKind.SubtasksAdded, GraphGrowth { Parent: < 0 } growth) => new PlanExtended(growth.Part.Subtasks) { Sequence = sequence, Time = time },
            (RunFactKind.SubtasksAdded, GraphGrowth growth) => new SubtasksAdded(growth.Part.Subtasks, growth.IsJoined)
            {
                Sequence = sequence,
                Time = time,
                SubtaskId = id,
                AwaitedBy = WaitersFor(growth),
            },
            (RunFactKind.SubtasksAdded, AddedSubtasks added) => new SubtasksAdded(added.Subtasks, added.IsJoined) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.PlanCompleted, TaskGraph completed) => new PlanCompleted(completed.Plan) { Sequence = sequence, Time = time },
            (RunFactKind.ApprovalRequested, ApprovalQuestion question) =>
                new ApprovalRequested(question.Fingerprint, question.Arguments) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.ApprovalDecided, ApprovalAnswer answer) =>
                new ApprovalDecided(fact.Detail != 0, answer.By, answer.Reason) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.AttemptStarted, _) => new AttemptStarted(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id, Batch = (fact.Payload as BatchMark)?.Number, IsEarly = fact.Detail != 0, HedgeOf = (fact.Payload as HedgeMark)?.Original },
            (RunFactKind.AttemptTimedOut, _) => new AttemptTimedOut(fact.Attempt, (TimeLimit)fact.Detail) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.AttemptAbandoned, _) => new AttemptAbandoned(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.AttemptInterrupted, _) => new AttemptInterrupted(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.AttemptFailed, AttemptRetry retry) =>
                new AttemptFailed(fact.Attempt, retry.Error, TimeOf(retry.RetryAt)) { Sequence = sequence, Time = time, SubtaskId = id, IsBatchBroken = fact.Detail != 0 },
            (RunFactKind.AttemptConfirmed, _) => new AttemptConfirmed(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.OutputHeld, _) => new OutputHeld(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.OutputDropped, _) => new OutputDropped(fact.Attempt, fact.Payload as SubtaskError) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.AttemptDeferred, DeferredAttempt deferred) =>
                new AttemptDeferred(fact.Attempt, deferred.Submission, TimeOf(deferred.Until)) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.CallsSubmitted, SubmittedCalls calls) => new CallsSubmitted(calls.Submission, calls.Endpoint, calls.BatchId) { Sequence = sequence, Time = time },
            (RunFactKind.AttemptDropped, _) => new AttemptDropped(fact.Attempt, fact.Payload as SubtaskError) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.UsageCounted, TaskUsage usage) => new UsageCounted(fact.Attempt, usage) { Sequence = sequence, Time = time, SubtaskId = id, IsUnused = fact.Detail != 0 },
            (RunFactKind.FlightJoined, JoinedFlight flight) => new FlightJoined(flight.RunId, flight.SubtaskId) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.WorkAvoided, AvoidedWork avoided) => new WorkAvoided(avoided.Usage, new TimeSpan(avoided.Duration)) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.SubtaskSucceeded, SharedOutput shared) => new SubtaskSucceeded(fact.Attempt, (OutputOrigin)fact.Detail, idOf(shared.Worker))
            {
                Sequence = sequence,
                Time = time,
                SubtaskId = id,
                Output = shared.Output,
            },
            (RunFactKind.SubtaskSucceeded, FallbackOutput fallback) => new SubtaskSucceeded(fact.Attempt, OutputOrigin.Fallback, fallback.Worker is { } worker ? idOf(worker) : null)
            {
                Sequence = sequence,
                Time = time,
                SubtaskId = id,
                Output = fallback.Output,
                Error = fallback.Error,
            },
            (RunFactKind.SubtaskSucceeded, HeldOutput held) =>
                new SubtaskSucceeded(fact.Attempt, OutputOrigin.Executed, SharedWith: null) { Sequence = sequence, Time = time, SubtaskId = id, Output = held.Output },
            (RunFactKind.SubtaskSucceeded, _) =>
                new SubtaskSucceeded(fact.Attempt, (OutputOrigin)fact.Detail, SharedWith: null) { Sequence = sequence, Time = time, SubtaskId = id, Output = fact.Payload },
            (RunFactKind.SubtaskFailed, SharedFailure failure) => new SubtaskFailed(fact.Attempt, failure.Error) { Sequence = sequence, Time = time, SubtaskId = id, SharedWith = idOf(failure.Worker) },
            (RunFactKind.SubtaskFailed, SubtaskError error) => new SubtaskFailed(fact.Attempt, error) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.SubtaskSkipped, SkipCause cause) => new SubtaskSkipped(idOf(cause.Subtask), cause.Reason) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.SubtaskCancelRequested, _) => new SubtaskCancelRequested { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.SubtaskCancelled, _) => new SubtaskCancelled(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.BudgetExhausted, _) => new BudgetExhausted((BudgetLimit)fact.Detail) { Sequence = sequence, Time = time },
            (RunFactKind.BudgetExtended, RunBudget budget) => new BudgetExtended(budget) { Sequence = sequence, Time = time },
            (RunFactKind.RunPaused, _) => new RunPaused(fact.Payload as string) { Sequence = sequence, Time = time },
            (RunFactKind.RunContinued, _) => new RunContinued { Sequence = sequence, Time = time },
            (RunFactKind.StopRequested, _) => new StopRequested((StopReason)fact.Detail) { Sequence = sequence, Time = time, DeadlineOf = fact.Payload as string },
            (RunFactKind.CompensationStarted, _) => new CompensationStarted(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.CompensationFailed, AttemptRetry retry) =>
                new CompensationFailed(fact.Attempt, retry.Error, retry.RetryAt == 0 ? null : TimeOf(retry.RetryAt)) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.SubtaskCompensated, _) => new SubtaskCompensated(fact.Attempt) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.StartHeld, StartHold hold) => new StartHeld((HoldReason)fact.Detail, TimeOf(hold.Until)) { Sequence = sequence, Time = time, SubtaskId = id },
            (RunFactKind.RunEnded, _) => new RunEnded((RunOutcome)fact.Detail) { Sequence = sequence, Time = time },
            _ => throw new ArgumentOutOfRangeException(nameof(fact), fact.Kind, "No such kind of fact."),
        };
    }

    private string[] WaitersFor(GraphGrowth growth) => growth.Waits.Waits.Count == 0
        ? []
        : [.. growth.Waits.Waits.Select(wait => wait.Waiter.Subtask).Where(waiter => waiter < growth.Offset).Distinct().Order().Select(idOf)];

    private static DateTimeOffset TimeOf(long ticks) => new(ticks, TimeSpan.Zero);
}
