namespace AgentOrchestration;

/// <summary>A pool, or a limit, that has too little for a subtask.</summary>
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
    public string Name { get; }

    /// <summary>Gets how much the subtask needs, in the pool's unit.</summary>
    public long Needed { get; }

    /// <summary>Gets how much is free, in the pool's unit.</summary>
    public long Free { get; }

    /// <summary>Gets all there is, in the pool's unit.</summary>
    public long Capacity { get; }

    /// <summary>Gets the running subtasks of this process that hold some of it, the longest running first.</summary>
    public IReadOnlyList<PoolHolder> Holders { get; }
}
