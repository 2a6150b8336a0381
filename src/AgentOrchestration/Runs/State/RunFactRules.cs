namespace AgentOrchestration.Runs.State;

/// <summary>Which facts can follow in a run. What the core makes keeps to it; a journal that does not is damaged.</summary>
internal static class RunFactRules
{
    /// <returns>Why a fact cannot follow, or <see langword="null"/>.</returns>
    public static string? WhyImpossible(RunState state, in RunFact fact)
    {
        int count = state.History.Count;
        if (WhyOutOfOrder(count == 0 ? null : state.History[count - 1].Time, state.IsEnded, fact.Kind == RunFactKind.RunStarted, fact.Time) is { } reason)
        {
            return reason;
        }

        return IsOfRun(fact.Kind) ? WhyImpossibleOfRun(state, fact)
            : fact.Subtask < 0 || fact.Subtask >= state.Graph.Count ? $"The run has no subtask {fact.Subtask}."
            : WhyImpossibleOfSubtask(state, fact);
    }

    /// <summary>The part that takes nothing but the order of the facts.</summary>
    /// <param name="previous">The time of the fact before, in UTC ticks; <see langword="null"/> when there is none.</param>
    /// <param name="hasEnded">Whether the run has ended before.</param>
    /// <param name="isStart">Whether the fact is the start of the run.</param>
    /// <param name="time">The time of the fact, in UTC ticks.</param>
    /// <returns>Why a fact cannot follow, or <see langword="null"/>.</returns>
    public static string? WhyOutOfOrder(long? previous, bool hasEnded, bool isStart, long time) =>
        (previous is null) != isStart ? (isStart ? "A run starts once." : "A run begins with its start.")
        : hasEnded ? "The run has ended before it."
        : time < previous ? "It is older than the one before it."
        : null;

    private static bool IsOfRun(RunFactKind kind) => kind
        is RunFactKind.RunStarted or RunFactKind.BudgetExhausted or RunFactKind.BudgetExtended or RunFactKind.StopRequested or RunFactKind.RunEnded;

    private static string? WhyImpossibleOfRun(RunState state, in RunFact fact) => fact.Kind switch
    {
        RunFactKind.StopRequested when state.Stop is not null => "The run stops already.",
        RunFactKind.RunEnded when state.Open > 0 => $"{state.Open} subtasks have not ended.",
        RunFactKind.RunEnded when fact.Detail != (byte)state.Outcome => $"The run has {state.Outcome}.",
        _ => null,
    };

    private static string? WhyImpossibleOfSubtask(RunState state, in RunFact fact)
    {
        SubtaskState now = state.StateOf(fact.Subtask);
        bool isOpen = now is SubtaskState.Pending or SubtaskState.Ready or SubtaskState.Running;
        int latest = state.AttemptOf(fact.Subtask);
        return fact.Kind switch
        {
            RunFactKind.AttemptStarted => now != SubtaskState.Ready ? $"The subtask is {now}." : fact.Attempt != latest + 1 ? $"Its latest attempt is {latest}." : null,
            RunFactKind.AttemptTimedOut or RunFactKind.AttemptAbandoned or RunFactKind.AttemptInterrupted or RunFactKind.AttemptFailed =>
                state.IsCurrent(fact.Subtask, fact.Attempt) ? null : $"Attempt {fact.Attempt} of the subtask is not running.",
            RunFactKind.UsageCounted => fact.Attempt > 0 && fact.Attempt <= latest ? null : $"The subtask has had {latest} attempts.",
            RunFactKind.SubtaskSucceeded or RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled when fact.Attempt > latest =>
                $"The subtask has had {latest} attempts.",
            RunFactKind.SubtaskSucceeded => now is not (SubtaskState.Ready or SubtaskState.Running) ? $"The subtask is {now}." : WhyNotShared(state, fact),
            RunFactKind.ApprovalRequested or RunFactKind.ApprovalDecided => now == SubtaskState.Ready ? null : $"The subtask is {now}.",
            RunFactKind.SubtaskCancelRequested => now == SubtaskState.Running ? null : $"The subtask is {now}.",
            RunFactKind.SubtaskFailed or RunFactKind.SubtaskCancelled => isOpen ? null : $"The subtask is {now}.",
            RunFactKind.SubtaskSkipped => now is SubtaskState.Pending or SubtaskState.Ready ? WhyNoCause(state, (SkipCause)fact.Payload!) : $"The subtask is {now}.",
            RunFactKind.CompensationStarted => now != SubtaskState.Succeeded ? $"The subtask is {now}."
                : state.CompensationOf(fact.Subtask) is CompensationState.None or CompensationState.Running ? null
                : "Whether the subtask is undone has been decided before it.",
            RunFactKind.CompensationFailed or RunFactKind.SubtaskCompensated =>
                state.CompensationOf(fact.Subtask) == CompensationState.Running ? null : "The subtask is not being undone.",
            _ => null,
        };
    }

    private static string? WhyNotShared(RunState state, in RunFact fact) =>
        fact.Payload is not SharedOutput { Worker: var worker } || (worker >= 0 && worker < state.Graph.Count && state.StateOf(worker) == SubtaskState.Succeeded)
            ? null
            : $"Subtask {worker} has no output to share.";

    private static string? WhyNoCause(RunState state, SkipCause cause) =>
        cause.Subtask >= 0 && cause.Subtask < state.Graph.Count ? null : $"The run has no subtask {cause.Subtask}.";
}
