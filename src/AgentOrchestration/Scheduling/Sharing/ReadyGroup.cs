using AgentOrchestration.Scheduling.Queue;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>The ready subtasks of a run that need the same: when the most urgent does not fit, none does.</summary>
internal sealed class ReadyGroup
{
    public ReadyGroup(int index, ResourceRequirements needs, (string Pool, long Amount)[] amounts, long maxBypasses)
    {
        Index = index;
        Needs = needs;
        Amounts = amounts;
        BypassesLeft = maxBypasses;
        Places = Array.ConvertAll(amounts, _ => new WaitingPlace<ReadyGroup>(this));
    }

    public int Index { get; }

    public ResourceRequirements Needs { get; }

    /// <summary>What it takes of each pool and limit.</summary>
    public (string Pool, long Amount)[] Amounts { get; }

    public UrgencyQueue Subtasks { get; } = new();

    /// <summary>
    /// Its places while it waits: in the lines of all that it needs, so that each who takes of any of it before is counted; it is notified only of
    /// what it waits for.
    /// </summary>
    public WaitingPlace<ReadyGroup>[] Places { get; }

    /// <summary>Its place while it waits for anything to happen.</summary>
    public WaitingPlace<ReadyGroup>? PlaceForAnything { get; set; }

    /// <summary>What it waits for; <see langword="null"/> while it does not.</summary>
    public PoolShare? WaitsFor { get; set; }

    public bool IsParked => WaitsFor is not null;

    /// <summary>How often less urgent work may still start before it, as of when it was in no line.</summary>
    public long BypassesLeft { get; set; }

    /// <summary>The part of <see cref="BypassesLeft"/> that each of its places got.</summary>
    public long Allowance { get; set; }

    /// <summary>The turn in which it began to wait; 0 while it does not.</summary>
    public long Since { get; set; }

    /// <summary>What it was notified of and has not asked for yet.</summary>
    public PoolShare? WokenBy { get; set; }

    /// <summary>How often it was notified that something is free and found that something else is not.</summary>
    public long FailedWakes { get; set; }

    /// <summary>Its places in the lines of all that it needs, when less urgent work is not to start before it.</summary>
    public List<(PoolShare Pool, WaitingPlace<ReadyGroup> Place)>? Reservations { get; set; }

    /// <summary>The urgency of its most urgent subtask.</summary>
    public long Urgency => Subtasks.TryPeek(out long urgency) ? urgency : long.MaxValue;

    public long AmountOf(string pool) => Array.Find(Amounts, amount => amount.Pool == pool).Amount;

    /// <summary>It was served, or waits no longer: the next wait is a new one.</summary>
    public void EndWait()
    {
        Since = 0;
        FailedWakes = 0;
        WokenBy = null;
    }
}
