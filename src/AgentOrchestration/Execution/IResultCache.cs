using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>The port through which results of pure task types outlive their run.</summary>
internal interface IResultCache
{
    ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity, CancellationToken cancellationToken);

    /// <summary>Writes an output as it is kept. Called before anybody else receives the output, who might change it.</summary>
    byte[] Write(TaskDescriptor taskType, object? output);

    ValueTask StoreAsync(TaskDescriptor taskType, string identity, byte[] entry, CancellationToken cancellationToken);
}
