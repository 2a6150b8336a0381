using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution;

/// <summary>The port through which results of pure task types outlive their run.</summary>
internal interface IResultCache
{
    ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity, CancellationToken cancellationToken);

    ValueTask StoreAsync(TaskDescriptor taskType, string identity, object? output, CancellationToken cancellationToken);
}
