using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Facts as events of a journal, and back, as far as it takes neither the graph nor the types of outputs.</summary>
internal static class JournalCodec
{
    private const int Version = JournalEvent.CurrentVersion;

    public static JournalEvent WriteOutput(in RunFact fact, JsonElement output) =>
        new JournalEvent.Succeeded { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Origin = OriginOf(fact), Output = output };

    public static JournalEvent WriteLargeOutput(in RunFact fact, string blob) =>
        new JournalEvent.SucceededLarge { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Origin = OriginOf(fact), Blob = blob };

    private static OutputOrigin? OriginOf(in RunFact fact) => (OutputOrigin)fact.Detail is var origin && origin == OutputOrigin.Executed ? null : origin;

    /// <summary>Any fact but an output of its own.</summary>
    public static JournalEvent Write(in RunFact fact) => fact.Payload switch
    {
        GraphGrowth growth => new JournalEvent.Added
        {
            Version = Version,
            At = fact.Time,
            Subtask = fact.Subtask,
            Plan = growth.Plan ?? throw new InvalidOperationException("What was added has no plan."),
            Joined = growth.IsJoined,
            TaskTypes = VersionsOf(growth.Part.TaskTypes),
        },
        ApprovalQuestion question => new JournalEvent.ApprovalAsked
        {
            Version = Version,
            At = fact.Time,
            Subtask = fact.Subtask,
            Fingerprint = question.Fingerprint,
            Arguments = question.Arguments,
        },
        ApprovalAnswer answer => new JournalEvent.ApprovalGiven
        {
            Version = Version,
            At = fact.Time,
            Subtask = fact.Subtask,
            Approved = fact.Detail != 0,
            By = answer.By,
            Reason = answer.Reason,
        },
        AttemptRetry retry when fact.Kind == RunFactKind.AttemptFailed =>
            new JournalEvent.AttemptFailing { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Error = retry.Error, RetryAt = retry.RetryAt },
        AttemptRetry retry =>
            new JournalEvent.UndoingFailed { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Error = retry.Error, RetryAt = retry.RetryAt },
        SharedOutput shared => new JournalEvent.Shared { Version = Version, At = fact.Time, Subtask = fact.Subtask, With = shared.Worker },
        SubtaskError error => new JournalEvent.Failed { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Error = error },
        SkipCause cause => new JournalEvent.Skipped { Version = Version, At = fact.Time, Subtask = fact.Subtask, Cause = cause.Subtask, Reason = cause.Reason },
        TaskUsage usage => new JournalEvent.Usage
        {
            Version = Version,
            At = fact.Time,
            Subtask = fact.Subtask,
            Attempt = fact.Attempt,
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            Cost = usage.Cost,
        },
        RunBudget budget => new JournalEvent.BudgetRaised { Version = Version, At = fact.Time, Budget = BudgetDocument.From(budget) },
        _ => WriteByKind(fact),
    };

    /// <returns>The fact, or <see langword="null"/> for an output or a growth.</returns>
    public static RunFact? Read(JournalEvent read) => read switch
    {
        JournalEvent.Started => new RunFact(RunFactKind.RunStarted, read.At),
        JournalEvent.ApprovalAsked asked => new RunFact(RunFactKind.ApprovalRequested, read.At, asked.Subtask, payload: new ApprovalQuestion(asked.Fingerprint, asked.Arguments)),
        JournalEvent.ApprovalGiven given =>
            new RunFact(RunFactKind.ApprovalDecided, read.At, given.Subtask, detail: given.Approved ? (byte)1 : (byte)0, payload: new ApprovalAnswer(given.By, given.Reason)),
        JournalEvent.AttemptBegan began => new RunFact(RunFactKind.AttemptStarted, read.At, began.Subtask, began.Attempt),
        JournalEvent.AttemptLate late => new RunFact(RunFactKind.AttemptTimedOut, read.At, late.Subtask, late.Attempt, (byte)late.Limit),
        JournalEvent.AttemptGivenUp given => new RunFact(RunFactKind.AttemptAbandoned, read.At, given.Subtask, given.Attempt),
        JournalEvent.AttemptBroken broken => new RunFact(RunFactKind.AttemptInterrupted, read.At, broken.Subtask, broken.Attempt),
        JournalEvent.AttemptFailing failing =>
            new RunFact(RunFactKind.AttemptFailed, read.At, failing.Subtask, failing.Attempt, payload: new AttemptRetry(failing.Error, failing.RetryAt)),
        JournalEvent.Usage usage => new RunFact(RunFactKind.UsageCounted, read.At, usage.Subtask, usage.Attempt, payload: usage.ToUsage()),
        JournalEvent.Failed failed => new RunFact(RunFactKind.SubtaskFailed, read.At, failed.Subtask, failed.Attempt, payload: failed.Error),
        JournalEvent.Skipped skipped => new RunFact(RunFactKind.SubtaskSkipped, read.At, skipped.Subtask, payload: new SkipCause(skipped.Cause, skipped.Reason)),
        JournalEvent.CancelAsked cancel => new RunFact(RunFactKind.SubtaskCancelRequested, read.At, cancel.Subtask),
        JournalEvent.Cancelled cancelled => new RunFact(RunFactKind.SubtaskCancelled, read.At, cancelled.Subtask, cancelled.Attempt),
        JournalEvent.BudgetSpent spent => new RunFact(RunFactKind.BudgetExhausted, read.At, detail: (byte)spent.Limit),
        JournalEvent.BudgetRaised raised => new RunFact(RunFactKind.BudgetExtended, read.At, payload: raised.Budget.ToBudget()),
        JournalEvent.Stopping stopping => new RunFact(RunFactKind.StopRequested, read.At, detail: (byte)stopping.Reason),
        JournalEvent.Undoing undoing => new RunFact(RunFactKind.CompensationStarted, read.At, undoing.Subtask, undoing.Attempt),
        JournalEvent.UndoingFailed failed =>
            new RunFact(RunFactKind.CompensationFailed, read.At, failed.Subtask, failed.Attempt, payload: new AttemptRetry(failed.Error, failed.RetryAt)),
        JournalEvent.Undone undone => new RunFact(RunFactKind.SubtaskCompensated, read.At, undone.Subtask, undone.Attempt),
        JournalEvent.Ended ended => new RunFact(RunFactKind.RunEnded, read.At, detail: (byte)ended.Outcome),
        _ => null,
    };

    private static JournalEvent WriteByKind(in RunFact fact) => fact.Kind switch
    {
        RunFactKind.RunStarted => new JournalEvent.Started { Version = Version, At = fact.Time },
        RunFactKind.AttemptStarted => new JournalEvent.AttemptBegan { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.AttemptTimedOut =>
            new JournalEvent.AttemptLate { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt, Limit = (TimeLimit)fact.Detail },
        RunFactKind.AttemptAbandoned => new JournalEvent.AttemptGivenUp { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.AttemptInterrupted => new JournalEvent.AttemptBroken { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.SubtaskCancelRequested => new JournalEvent.CancelAsked { Version = Version, At = fact.Time, Subtask = fact.Subtask },
        RunFactKind.SubtaskCancelled => new JournalEvent.Cancelled { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.BudgetExhausted => new JournalEvent.BudgetSpent { Version = Version, At = fact.Time, Limit = (BudgetLimit)fact.Detail },
        RunFactKind.StopRequested => new JournalEvent.Stopping { Version = Version, At = fact.Time, Reason = (StopReason)fact.Detail },
        RunFactKind.CompensationStarted => new JournalEvent.Undoing { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.SubtaskCompensated => new JournalEvent.Undone { Version = Version, At = fact.Time, Subtask = fact.Subtask, Attempt = fact.Attempt },
        RunFactKind.RunEnded => new JournalEvent.Ended { Version = Version, At = fact.Time, Outcome = (RunOutcome)fact.Detail },
        _ => throw new ArgumentOutOfRangeException(nameof(fact), fact.Kind, "No such kind of fact."),
    };

    private static SortedDictionary<string, int> VersionsOf(IEnumerable<TaskDescriptor> taskTypes)
    {
        var versions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (TaskDescriptor taskType in taskTypes.Where(taskType => taskType != NestedPlanType.Descriptor))
        {
            versions[taskType.Name] = taskType.Version;
        }

        return versions;
    }
}
