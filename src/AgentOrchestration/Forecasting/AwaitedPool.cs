namespace AgentOrchestration;

/// <summary>Describes a pool, or a limit, that has too little for a subtask.</summary>
/// <example>
/// <code>
/// foreach (AwaitedPool pool in run.Explain("render").Pools)
/// {
///     Console.WriteLine($"{pool.Name}: {pool.Needed} needed, {pool.Free} of {pool.Capacity} free");
/// }
/// </code>
/// </example>
public sealed class AwaitedPool
{
    internal AwaitedPool(string name, long needed, long free, long capacity, IReadOnlyList<PoolHolder> holders)
    {
        Name = name;
        Needed = needed;
        Free = free;
        Capacity = capacity;
        Holders = holders;
    }

    /// <summary>Gets the name of the pool, or a description of the limit.</summary>
    /// <value>Never empty.</value>
    public string Name { get; }

    /// <summary>Gets the amount that the subtask needs.</summary>
    /// <value>In the pool's unit.</value>
    public long Needed { get; }

    /// <summary>Gets the amount that is free.</summary>
    /// <value>In the pool's unit.</value>
    public long Free { get; }

    /// <summary>Gets the capacity of the pool.</summary>
    /// <value>In the pool's unit.</value>
    public long Capacity { get; }

    /// <summary>Gets the time for which the pool grants nothing, because it is paused, for example after a model's endpoint has asked its callers to wait.</summary>
    /// <value>The default value is zero: it is not paused.</value>
    public TimeSpan PausedFor { get; internal init; }

    /// <summary>Gets the running subtasks of this process that hold some of it.</summary>
    /// <value>The longest running first; empty when none is known. Abandoned code that has not returned holds some of it, too, and is not listed.</value>
    public IReadOnlyList<PoolHolder> Holders { get; }
}
