using System.Text.Json.Serialization;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>Represents the attempts of a subtask that ran beside what was needed, or before it was certain that they were needed: see <see cref="ExtraWork"/>.</summary>
public sealed record ExtraAttempts
{
    internal static readonly ExtraAttempts None = new();

    /// <summary>
    /// Gets a value that indicates whether the latest attempt started although the subtask waits for something that may still go wrong
    /// (<see cref="ExtraWork.EarlyShare"/>), and it is not decided whether the attempt counts.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool StartedEarly { get; init; }

    /// <summary>Gets the time since which the output of an attempt that started early is held: nobody sees it until the subtask waits for nothing any longer.</summary>
    /// <value><see langword="null"/> when none is held.</value>
    public DateTimeOffset? HeldSince { get; init; }

    /// <summary>Gets the part of <see cref="SubtaskSnapshot.Usage"/> that an attempt used that started early and came to nothing.</summary>
    /// <value>The default value is <see cref="TaskUsage.None"/>.</value>
    public TaskUsage DroppedUsage { get; init; } = TaskUsage.None;

    /// <summary>The attempt that started early, unless it has come to use; 0 for none.</summary>
    [JsonIgnore]
    internal int EarlyAttempt { get; init; }

    /// <summary>What that attempt has used.</summary>
    [JsonIgnore]
    internal TaskUsage EarlyUsage { get; init; } = TaskUsage.None;

    /// <summary>Whether that attempt came to nothing.</summary>
    [JsonIgnore]
    internal bool IsEarlyDropped { get; init; }

    /// <summary>The attempts that ran beside each other.</summary>
    [JsonIgnore]
    internal IReadOnlyList<HedgedPair> Hedges { get; init; } = [];

    /// <summary>Returns the same with what an attempt has used. What an attempt used that came to nothing may become known later.</summary>
    internal ExtraAttempts With(int attempt, TaskUsage usage)
    {
        ExtraAttempts counted = WithPair(attempt, pair => pair.With(attempt, usage));
        return attempt != EarlyAttempt ? counted : counted with
        {
            EarlyUsage = EarlyUsage.Add(usage),
            DroppedUsage = IsEarlyDropped ? DroppedUsage.Add(usage) : DroppedUsage,
        };
    }

    /// <summary>Returns the same with a change to the pair that an attempt is one of.</summary>
    internal ExtraAttempts WithPair(int attempt, Func<HedgedPair, HedgedPair> change) =>
        Hedges.Count == 0 ? this : this with { Hedges = [.. Hedges.Select(pair => pair.Contains(attempt) ? change(pair) : pair)] };
}
