using System.Globalization;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration;

/// <summary>Explains why a subtask of a run has not started or not ended, at one moment. It can be written as JSON.</summary>
/// <example><code>Console.WriteLine(run.Explain("render-7"));   // waits for gpu: 2 of 2 in use by render-3 (40 s left) and render-5</code></example>
public sealed class WaitExplanation
{
    private const int MaxListed = 5;

    internal WaitExplanation(string runId, string subtaskId, SubtaskState state)
    {
        RunId = runId;
        SubtaskId = subtaskId;
        State = state;
    }

    /// <summary>Gets the id of the run.</summary>
    /// <value>The run that was asked.</value>
    public string RunId { get; }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>The subtask that was asked about.</value>
    public string SubtaskId { get; }

    /// <summary>Gets the state of the subtask.</summary>
    /// <value>The state at the moment of the explanation.</value>
    public SubtaskState State { get; }

    /// <summary>Gets what the subtask waits for first.</summary>
    /// <value><see cref="WaitKind.Ended"/> or <see cref="WaitKind.Running"/> when it waits for nothing.</value>
    public WaitKind Kind { get; internal init; }

    /// <summary>Gets the number of attempts started so far.</summary>
    /// <value>At least 0.</value>
    public int Attempts { get; internal init; }

    /// <summary>Gets the number of the attempt that runs; of two that run beside each other, that of the older one.</summary>
    /// <value>At least 1; <see langword="null"/> when none runs.</value>
    public int? Attempt { get; internal init; }

    /// <summary>Gets when a second attempt started that runs beside the first, because that has shown no progress for so long.</summary>
    /// <value>The default value is <see langword="null"/>: no second attempt runs.</value>
    public DateTimeOffset? HedgedSince { get; internal init; }

    /// <summary>Gets when its attempt started while it runs, when it ended once it has, and otherwise when its latest attempt ended.</summary>
    /// <value><see langword="null"/> before the first attempt.</value>
    public DateTimeOffset? Since { get; internal init; }

    /// <summary>Gets a value that indicates whether its attempt runs although it waits for something that may still go wrong (<see cref="ExtraWork.EarlyShare"/>).</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool StartedEarly { get; internal init; }

    /// <summary>Gets the time since which the output of its attempt is held, because it started early and still waits.</summary>
    /// <value><see langword="null"/> when none is held.</value>
    public DateTimeOffset? HeldSince { get; internal init; }

    /// <summary>Gets how long it still waits or runs, as far as that is known.</summary>
    /// <value>The rest of a pause, or of the expected duration of a running attempt; otherwise <see langword="null"/>.</value>
    public TimeSpan? Remaining { get; internal init; }

    /// <summary>Gets the subtasks whose end the subtask waits for: dependencies, its own parts, and additions of its dependencies.</summary>
    /// <value>Empty when it waits for none.</value>
    public IReadOnlyList<AwaitedSubtask> Dependencies { get; internal init; } = [];

    /// <summary>Gets the question that is to be answered.</summary>
    /// <value><see langword="null"/> when it waits for no approval.</value>
    public ApprovalRequested? Approval { get; internal init; }

    /// <summary>Gets the pools and limits that have too little for the subtask now.</summary>
    /// <value>Empty when there is enough.</value>
    public IReadOnlyList<AwaitedPool> Pools { get; internal init; } = [];

    /// <summary>Gets the part of the run's budget that is used up.</summary>
    /// <value><see langword="null"/> when none is.</value>
    public BudgetLimit? ExhaustedBudget { get; internal init; }

    /// <summary>Gets why the run is paused.</summary>
    /// <value><see langword="null"/> when it is not, or nobody said so.</value>
    public string? PauseReason { get; internal init; }

    /// <summary>Gets the attempt of another run that the subtask waits for.</summary>
    /// <value><see langword="null"/> when it waits for none.</value>
    public FlightJoined? Flight { get; internal init; }

    /// <summary>Returns the explanation in words, such as <c>waits for gpu: 2 of 2 in use by render-3 (40 s left) and render-5</c>.</summary>
    public override string ToString() => Kind switch
    {
        WaitKind.Ended => $"has ended: {State}",
        WaitKind.Running when StartedEarly && Dependencies.Count > 0 => $"runs early since {Time(Since)}, before the end of {Awaited()}{Left(Remaining)}",
        WaitKind.Running => $"runs since {Time(Since)}, attempt {Text(Attempt ?? Attempts)}{Left(Remaining)}{(HedgedSince is null ? "" : $", beside it attempt {Text(Attempts)} since {Time(HedgedSince)}")}",
        WaitKind.Dependencies => $"waits for the end of {Awaited()}{(HeldSince is null ? "" : $"; its output is there since {Time(HeldSince)} and held")}",
        WaitKind.Approval => $"waits for approval, asked for at {Time(Approval?.Time)}",
        WaitKind.Retry => $"waits for attempt {Text(Attempts + 1)}{Left(Remaining)}",
        WaitKind.Plan => "waits for the end of the plan, because it changes something outside",
        WaitKind.Pause => $"waits until the run, which is paused, continues{(PauseReason is null ? "" : $": {PauseReason}")}",
        WaitKind.Budget => $"waits for a larger budget: {ExhaustedBudget} is used up",
        WaitKind.Batch => $"waits for others of its batch that are known to come{Left(Remaining)}",
        WaitKind.SharedPrompt => $"waits for another subtask with the same long prompt, which has started first{Left(Remaining)}",
        WaitKind.DeferredCalls => $"waits for answers of a batch endpoint, at most{Left(Remaining)}",
        WaitKind.Turn => "waits for its turn",
        WaitKind.Flight => $"waits for '{Flight?.OwnerSubtaskId}' of the run {Flight?.OwnerRunId}, which does the same work",
        _ => $"waits for {string.Join("; ", Pools.Select(Describe))}",
    };

    private string Awaited() => List(Dependencies.Select(awaited => $"{awaited.SubtaskId} ({awaited.State})"), Dependencies.Count);

    private string Describe(AwaitedPool pool)
    {
        if (pool.PausedFor > TimeSpan.Zero)
        {
            return $"{pool.Name}, which is paused{Left(pool.PausedFor)}";
        }

        string needs = pool.Needed == 1 ? "" : $"needs {Text(pool.Needed)}, ";
        string holders = pool.Holders.Count == 0 ? "" : $" by {List(pool.Holders.Select(Describe), pool.Holders.Count)}";
        return $"{pool.Name}: {needs}{Text(pool.Capacity - pool.Free)} of {Text(pool.Capacity)} in use{holders}";
    }

    private string Describe(PoolHolder holder) => $"{holder.SubtaskId}{(holder.RunId == RunId ? "" : $" of run {holder.RunId}")}{Left(holder.Remaining)}";

    private static string List(IEnumerable<string> items, int count)
    {
        string[] listed = [.. items.Take(MaxListed)];
        return count > MaxListed ? $"{string.Join(", ", listed)} and {Text(count - MaxListed)} more"
            : listed.Length > 1 ? $"{string.Join(", ", listed[..^1])} and {listed[^1]}"
            : string.Concat(listed);
    }

    private static string Left(TimeSpan? time) => time is { } left ? $" ({left.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s left)" : "";

    private static string Time(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture) ?? "an unknown time";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
