using AgentOrchestration.Resources;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>What a workflow runs on: cores with memory, of which a task takes what was measured.</summary>
internal sealed record WorkflowMachine(int Cores)
{
    private const long MiB = 1024 * 1024;
    private const long Core = 1000;
    private const long MemoryPerCore = 2048;

    public string Name => $"{Cores} cores";

    public IReadOnlyList<ResourceAmount> Pools => [new(ResourceNames.Cpu, Cores * Core), new(ResourceNames.Memory, Cores * MemoryPerCore)];

    /// <summary>What a task takes of the pools, at most all there is.</summary>
    public ResourceAmount[] NeedsOf(double cores, double memoryBytes) =>
    [
        .. Pools
            .Select(pool => new ResourceAmount(pool.Name, Math.Min(pool.Amount, pool.Name == ResourceNames.Cpu ? (long)cores * Core : (long)Math.Ceiling(memoryBytes / MiB))))
            .Where(need => need.Amount > 0),
    ];
}
