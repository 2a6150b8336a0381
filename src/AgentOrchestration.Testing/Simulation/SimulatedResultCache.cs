using AgentOrchestration.Execution;
using AgentOrchestration.Optimization;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Represents the application's result cache, which would work on other threads. Every simulated run begins with an empty one.</summary>
internal sealed class SimulatedResultCache(PayloadSerializer serializer, TimeProvider timeProvider, ResultCacheOptions? options = null) : IResultCache
{
    private readonly FaithfulJson _json = new(serializer.Options);
    private readonly Dictionary<string, byte[]> _entries = new(StringComparer.Ordinal);

    public string? PartitionOf(RunOptions run) => options?.Partition?.Invoke(run);

    public ValueTask<CachePlace> PlaceAsync(TaskDescriptor taskType, string identity, string? partition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new CachePlace($"{partition?.Length ?? -1}:{partition}:{identity}", ""));

    public ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, CachePlace place, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_entries.TryGetValue(place.Key, out byte[]? entry) ? Read(taskType, place, entry) : null);

    public byte[] Write(TaskDescriptor taskType, object? output, CachePlace place, AvoidedWork work) =>
        new CachedEntry(timeProvider.GetUtcNow().UtcTicks, place.Epochs, work.Duration, work.Usage).Write(taskType.OutputType == typeof(None) ? "{}"u8 : _json.Write(output, taskType.OutputType));

    public CachedOutput? Read(TaskDescriptor taskType, CachePlace place, byte[] entry) => CachedEntry.TryRead(entry, out ReadOnlySpan<byte> result) is { } header
        ? new CachedOutput(taskType.OutputType == typeof(None) ? None.Value : _json.Read(result, taskType.OutputType)) { Work = header.Work }
        : null;

    public void Keep(TaskDescriptor taskType, CachePlace place, byte[] entry) => _entries[place.Key] = entry;

    public ValueTask StoreAsync(TaskDescriptor taskType, CachePlace place, byte[] entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
