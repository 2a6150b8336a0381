using AgentOrchestration.Execution;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Stands for the application's result cache, which would work on other threads. Every simulated run begins with an empty one.</summary>
internal sealed class SimulatedResultCache : IResultCache
{
    private readonly Dictionary<string, object?> _outputs = new(StringComparer.Ordinal);

    public ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_outputs.TryGetValue(identity, out object? output) ? new CachedOutput(output) : null);

    public ValueTask StoreAsync(TaskDescriptor taskType, string identity, object? output, CancellationToken cancellationToken)
    {
        _outputs[identity] = output;
        return ValueTask.CompletedTask;
    }
}
