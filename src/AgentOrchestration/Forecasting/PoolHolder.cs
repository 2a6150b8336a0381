namespace AgentOrchestration;

/// <summary>A running subtask that holds a part of a pool.</summary>
public sealed class PoolHolder
{
    internal PoolHolder(string runId, string subtaskId, long amount, DateTimeOffset since, TimeSpan? remaining)
    {
        RunId = runId;
        SubtaskId = subtaskId;
        Amount = amount;
        Since = since;
        Remaining = remaining;
    }

    /// <summary>Gets the id of the run that the subtask belongs to.</summary>
    public string RunId { get; }

    /// <summary>Gets the id of the subtask.</summary>
    public string SubtaskId { get; }

    /// <summary>Gets how much it holds, in the pool's unit.</summary>
    public long Amount { get; }

    /// <summary>Gets when its attempt started.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>Gets how long it is expected to hold it still.</summary>
    /// <value>By its estimate and by what was observed of its task type, at least zero; <see langword="null"/> when nothing is known.</value>
    public TimeSpan? Remaining { get; }
}
