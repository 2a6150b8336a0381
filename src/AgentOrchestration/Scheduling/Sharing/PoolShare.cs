namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>What a run has of one pool or limit, and what of the run waits for more of it. All of it inside the gate of the room.</summary>
internal sealed class PoolShare
{
    public PoolShare(RunResources run, string pool)
    {
        Run = run;
        Pool = pool;
        Place = new WaitingPlace<PoolShare>(this);
        Reservation = new WaitingPlace<PoolShare>(this) { Blocks = true };
    }

    public RunResources Run { get; }

    public string Pool { get; }

    public long Held { get; set; }

    /// <summary>What is kept for the run until it answers.</summary>
    public long Promise { get; set; }

    /// <summary>Whether the run was notified that it may ask for this again, and has not answered yet.</summary>
    public bool HasNews { get; set; }

    /// <summary>Whether all that waits is to ask again, whatever there is.</summary>
    public bool AsksAll { get; set; }

    /// <summary>Groups of the run that wait for this pool, by urgency.</summary>
    public WaitingLine<ReadyGroup> Groups { get; } = new();

    /// <summary>How many groups wait for this pool; the line also has places that are only reserved.</summary>
    public int Waiting { get; set; }

    /// <summary>The place of the run among those that wait for this pool.</summary>
    public WaitingPlace<PoolShare> Place { get; }

    /// <summary>A place behind it, in the line while no other is to be served before the run.</summary>
    public WaitingPlace<PoolShare> Reservation { get; }

    public bool IsReserved { get; set; }

    /// <summary>The turn in which the run began to wait for this, or took of it for the last time.</summary>
    public long Since { get; set; }

    public long TookAt { get; set; }

    /// <summary>The time stamp at which something of the run began to wait for this.</summary>
    public long? WaitsSince { get; set; }

    public bool IsUnused => Held == 0 && Promise == 0 && !HasNews && !IsReserved && Groups.IsEmpty;
}
