using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>The port through which results of pure task types outlive their run.</summary>
internal interface IResultCache
{
    /// <summary>Returns the partition of a run: results of one are never found in another.</summary>
    string? PartitionOf(RunOptions run);

    /// <summary>Returns where the result of work is kept.</summary>
    ValueTask<CachePlace> PlaceAsync(TaskDescriptor taskType, string identity, string? partition, CancellationToken cancellationToken);

    /// <summary>Looks up a result.</summary>
    /// <returns>The result; <see langword="null"/> when there is none that is valid.</returns>
    ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, CachePlace place, CancellationToken cancellationToken);

    /// <summary>Writes an output as it is kept. Called before anybody else receives the output, who might change it.</summary>
    byte[] Write(TaskDescriptor taskType, object? output, CachePlace place, AvoidedWork work);

    /// <summary>Reads an output that was written in this process.</summary>
    /// <returns>The output; <see langword="null"/> when it has become invalid meanwhile.</returns>
    CachedOutput? Read(TaskDescriptor taskType, CachePlace place, byte[] entry);

    /// <summary>Keeps an entry in this process, so that it is found from now on.</summary>
    void Keep(TaskDescriptor taskType, CachePlace place, byte[] entry);

    /// <summary>Keeps an entry for all processes.</summary>
    ValueTask StoreAsync(TaskDescriptor taskType, CachePlace place, byte[] entry, CancellationToken cancellationToken);
}
