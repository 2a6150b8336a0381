using AgentOrchestration.Execution;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Stands for the application's result cache, which would work on other threads. Every simulated run begins with an empty one.</summary>
internal sealed class SimulatedResultCache(PayloadSerializer serializer) : IResultCache
{
    private readonly FaithfulJson _json = new(serializer.Options);
    private readonly Dictionary<string, byte[]> _outputs = new(StringComparer.Ordinal);

    public ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, string identity, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_outputs.TryGetValue(identity, out byte[]? entry) ? new CachedOutput(taskType.OutputType == typeof(None) ? None.Value : _json.Read(entry, taskType.OutputType)) : null);

    public byte[] Write(TaskDescriptor taskType, object? output) =>
        taskType.OutputType == typeof(None) ? "{}"u8.ToArray() : _json.Write(output, taskType.OutputType);

    public ValueTask StoreAsync(TaskDescriptor taskType, string identity, byte[] entry, CancellationToken cancellationToken)
    {
        _outputs[identity] = entry;
        return ValueTask.CompletedTask;
    }
}
