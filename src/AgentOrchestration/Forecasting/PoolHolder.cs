namespace AgentOrchestration;

/// <summary>Describes a running subtask that holds a part of a pool.</summary>
/// <example>
/// <code>
/// foreach (PoolHolder holder in run.Explain("render").Pools.SelectMany(pool =&gt; pool.Holders))
/// {
///     Console.WriteLine($"{holder.SubtaskId} of run {holder.RunId} holds {holder.Amount} since {holder.Since}");
/// }
/// </code>
/// </example>
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
    /// <value>A run of this process.</value>
    public string RunId { get; }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>An id of that run.</value>
    public string SubtaskId { get; }

    /// <summary>Gets the amount that the subtask holds.</summary>
    /// <value>In the pool's unit.</value>
    public long Amount { get; }

    /// <summary>Gets the time at which the attempt started.</summary>
    /// <value>By the clock of the application.</value>
    public DateTimeOffset Since { get; }

    /// <summary>Gets how long it is expected to hold it still.</summary>
    /// <value>By its estimate and by what was observed of its task type, at least zero; <see langword="null"/> when nothing is known.</value>
    public TimeSpan? Remaining { get; }
}
