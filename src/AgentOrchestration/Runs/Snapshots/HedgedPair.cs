using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>Two attempts of one subtask that ran beside each other.</summary>
/// <param name="Original">The number of the first.</param>
/// <param name="Hedge">The number of the one that started beside it.</param>
internal sealed record HedgedPair(int Original, int Hedge)
{
    /// <summary>What the first has used; <see langword="null"/> when it has reported nothing.</summary>
    public TaskUsage? OriginalUsage { get; init; }

    /// <summary>What the other has used; <see langword="null"/> when it has reported nothing.</summary>
    public TaskUsage? HedgeUsage { get; init; }

    /// <summary>Whether the first has failed by itself, so that the other took the place of the next attempt.</summary>
    public bool HasOriginalFailed { get; init; }

    /// <summary>Whether at most one of them runs, so that it is known which was not needed.</summary>
    public bool IsOver { get; init; }

    /// <summary>Whether the hedge gave the output.</summary>
    public bool HasHedgeWon { get; init; }

    /// <summary>Whether one of them was not needed: all but a hedge that took the place of the next attempt.</summary>
    public bool IsExtra => IsOver && !(HasHedgeWon && HasOriginalFailed);

    /// <summary>What the one has used that was not needed.</summary>
    public TaskUsage? ExtraUsage => !IsExtra ? null : HasHedgeWon ? OriginalUsage : HedgeUsage;

    /// <summary>What the other has used.</summary>
    public TaskUsage? NeededUsage => HasHedgeWon ? HedgeUsage : OriginalUsage;

    public TaskUsage? UsageOf(int attempt) => attempt == Hedge ? HedgeUsage : OriginalUsage;

    public bool Contains(int attempt) => attempt == Original || attempt == Hedge;

    public HedgedPair With(int attempt, TaskUsage usage) => attempt == Hedge
        ? this with { HedgeUsage = (HedgeUsage ?? TaskUsage.None).Add(usage) }
        : this with { OriginalUsage = (OriginalUsage ?? TaskUsage.None).Add(usage) };
}
