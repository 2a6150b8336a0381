namespace AgentOrchestration.Runs.State;

/// <summary>
/// Rules for which facts can follow in a run; each kind of fact names its own. The facts that the core makes keep to them; a journal that does
/// not is damaged.
/// </summary>
internal static class RunFactRules
{
    /// <summary>The part that needs only the order of the facts.</summary>
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

    /// <summary>The order of the facts, and that the run has the subtask of the fact.</summary>
    public static string? WhyOutOfPlace(RunState state, in RunFact fact, bool isOfSubtask)
    {
        int count = state.History.Count;
        return WhyOutOfOrder(count == 0 ? null : state.History[count - 1].Time, state.IsEnded, fact.Kind == RunFactKind.RunStarted, fact.Time)
            ?? (isOfSubtask && (fact.Subtask < 0 || fact.Subtask >= state.Graph.Count) ? $"The run has no subtask {fact.Subtask}." : null);
    }

    /// <summary>It can follow anything that it is in order with.</summary>
    public static string? Always(RunState state, in RunFact fact) => null;

    public static string? UnlessStopping(RunState state, in RunFact fact) => state.Stop is null ? null : "The run stops already.";

    public static string? UnlessPaused(RunState state, in RunFact fact) => state.IsPaused ? "The run is paused already." : null;

    public static string? WhilePaused(RunState state, in RunFact fact) => state.IsPaused ? null : "The run is not paused.";

    public static string? WhenAllHaveEnded(RunState state, in RunFact fact) =>
        state.Open > 0 ? $"{state.Open} subtasks have not ended."
        : fact.Detail != (byte)state.Outcome ? $"The run has {state.Outcome}."
        : null;

    /// <summary>The next attempt of a subtask: it is ready, or one runs alone that the attempt starts beside.</summary>
    public static string? WhenNextAttempt(RunState state, in RunFact fact) =>
        (fact.Payload is HedgeMark mark ? WhyNotBeside(state, fact, mark.Original) : fact.Detail == 0 ? WhenReady(state, fact) : WhenEarly(state, fact))
        ?? (state.AttemptOf(fact.Subtask) is var latest && fact.Attempt != latest + 1 ? $"Its latest attempt is {latest}." : null);

    public static string? WhileAttemptRuns(RunState state, in RunFact fact) =>
        state.IsCurrent(fact.Subtask, fact.Attempt) ? null : $"Attempt {fact.Attempt} of the subtask is not running.";

    public static string? WhileEarlyAttemptRuns(RunState state, in RunFact fact) =>
        WhileAttemptRuns(state, fact) ?? (state.EarlyOf(fact.Subtask) is null ? $"Attempt {fact.Attempt} of the subtask has not started early." : null);

    /// <summary>While it is not decided what becomes of an attempt that has started early.</summary>
    public static string? WhileEarly(RunState state, in RunFact fact) =>
        state.EarlyOf(fact.Subtask)?.Attempt == fact.Attempt ? null : $"Attempt {fact.Attempt} of the subtask has not started early, or has come to use.";

    /// <summary>An attempt that the run waits for, also when another has succeeded.</summary>
    public static string? WhileAwaited(RunState state, in RunFact fact) => state.IsOutrun(fact.Subtask, fact.Attempt) ? null : WhileAttemptRuns(state, fact);

    /// <summary>One of two attempts, of which the other still runs or has succeeded.</summary>
    public static string? WhenBeside(RunState state, in RunFact fact) =>
        state.IsOutrun(fact.Subtask, fact.Attempt) || state.BesideOf(fact.Subtask, fact.Attempt) > 0 ? null : $"Attempt {fact.Attempt} of the subtask runs beside no other.";

    public static string? AfterAttemptStarted(RunState state, in RunFact fact) =>
        fact.Attempt > 0 ? AfterAttempt(state, fact) : $"The subtask has had {state.AttemptOf(fact.Subtask)} attempts.";

    public static string? WhenReady(RunState state, in RunFact fact) => When(state, fact, state.StateOf(fact.Subtask) == SubtaskState.Ready);

    public static string? WhenRunning(RunState state, in RunFact fact) => When(state, fact, state.StateOf(fact.Subtask) == SubtaskState.Running);

    /// <summary>The end of a subtask that has not ended, by one of its attempts or without any.</summary>
    public static string? WhenOpen(RunState state, in RunFact fact) => AfterAttempt(state, fact) ?? When(state, fact, state.IsOpen(fact.Subtask)) ?? WhyNotFailedWith(state, fact);

    public static string? WhenReadyOrRunning(RunState state, in RunFact fact) =>
        AfterAttempt(state, fact) ?? When(state, fact, state.StateOf(fact.Subtask) is SubtaskState.Ready or SubtaskState.Running) ?? WhyNotShared(state, fact) ?? WhyNotFailedWith(state, fact) ?? WhyNotHeld(state, fact);

    public static string? WhenNotStarted(RunState state, in RunFact fact) =>
        When(state, fact, state.StateOf(fact.Subtask) is SubtaskState.Pending or SubtaskState.Ready)
        ?? (((SkipCause)fact.Payload!).Subtask is var cause && cause >= 0 && cause < state.Graph.Count ? null : $"The run has no subtask {cause}.");

    public static string? WhenToCompensate(RunState state, in RunFact fact) =>
        When(state, fact, state.StateOf(fact.Subtask) == SubtaskState.Succeeded)
        ?? (state.HasFallenBack(fact.Subtask) ? "The subtask has its fallback: there is no work to undo." : null)
        ?? (state.CompensationOf(fact.Subtask) is CompensationState.None or CompensationState.Running ? null : "Whether the subtask is undone has been decided before it.");

    public static string? WhileCompensationRuns(RunState state, in RunFact fact) =>
        state.CompensationOf(fact.Subtask) == CompensationState.Running ? null : "The subtask is not being undone.";

    /// <summary>Before a subtask is ready, or while its plan is still being written.</summary>
    private static string? WhenEarly(RunState state, in RunFact fact) =>
        When(state, fact, state.StateOf(fact.Subtask) == SubtaskState.Pending || (state.IsPlanOpen && state.StateOf(fact.Subtask) == SubtaskState.Ready))
        ?? (state.AttemptOf(fact.Subtask) > 0 ? "Only the first attempt of a subtask starts early." : null);

    private static string? WhyNotBeside(RunState state, in RunFact fact, int original) =>
        !state.IsCurrent(fact.Subtask, original) ? $"Attempt {original} of the subtask is not running."
        : state.BesideOf(fact.Subtask, original) is > 0 and var other ? $"Attempt {other} runs beside it already."
        : null;

    private static string? When(RunState state, in RunFact fact, bool holds) => holds ? null : $"The subtask is {state.StateOf(fact.Subtask)}.";

    private static string? AfterAttempt(RunState state, in RunFact fact) =>
        state.AttemptOf(fact.Subtask) is var latest && fact.Attempt > latest ? $"The subtask has had {latest} attempts." : null;

    private static string? WhyNotShared(RunState state, in RunFact fact) =>
        fact.Payload is not SharedOutput { Worker: var worker } || (worker >= 0 && worker < state.Graph.Count && state.StateOf(worker) == SubtaskState.Succeeded)
            ? null
            : $"Subtask {worker} has no output to share.";

    private static string? WhyNotFailedWith(RunState state, in RunFact fact) =>
        (fact.Payload is FallbackOutput fallback ? fallback.Worker : (fact.Payload as SharedFailure)?.Worker) is not { } worker
            || (worker >= 0 && worker < state.Graph.Count && (state.StateOf(worker) == SubtaskState.Failed || (state.StateOf(worker) == SubtaskState.Succeeded && state.HasFallenBack(worker))))
                ? null
                : $"The work of subtask {worker} has not failed.";

    private static string? WhyNotHeld(RunState state, in RunFact fact) =>
        fact.Payload is not HeldOutput || (state.EarlyOf(fact.Subtask) is { IsHeld: true } early && early.Attempt == fact.Attempt) ? null : "The subtask has no output that was held.";
}
