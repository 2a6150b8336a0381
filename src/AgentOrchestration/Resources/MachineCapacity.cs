namespace AgentOrchestration.Resources;

/// <summary>What this process may use of its machine. Both figures honour the limits of a container.</summary>
internal static class MachineCapacity
{
    private const long MiB = 1024 * 1024;

    public static IReadOnlyList<ResourceAmount> Detect() =>
    [
        new(ResourceNames.Cpu, Environment.ProcessorCount * 1000L),
        new(ResourceNames.Memory, Math.Max(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MiB)),
    ];
}
