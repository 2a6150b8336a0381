namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>The runs that wait for a pool or a limit: those that hold less of it first, among equals the one that waits longest.</summary>
internal sealed class PoolLine(string pool, bool growsByItself)
{
    public string Pool => pool;

    /// <summary>Whether there will be more of it though nothing is returned.</summary>
    public bool GrowsByItself => growsByItself;

    public WaitingLine<PoolShare> Runs { get; } = new();

    /// <summary>What is free and was promised to runs that have been notified and have not answered yet.</summary>
    public long Promised { get; set; }

    public bool IsEmpty => Runs.IsEmpty && Promised == 0;
}
