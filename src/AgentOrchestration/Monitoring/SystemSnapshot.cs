using System.Collections.ObjectModel;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Monitoring;

/// <summary>The process and its pools at one moment.</summary>
/// <param name="Time">When.</param>
/// <param name="CpuUtilization">The share of the process's processor allowance that was used since the snapshot before, from 0 to 1.</param>
/// <param name="MemoryBytes">Memory that the process holds.</param>
/// <param name="MemoryLimitBytes">Memory that the process may hold.</param>
/// <param name="ActiveRuns">Runs that have not ended.</param>
/// <param name="Pools">The resource pools.</param>
public sealed record SystemSnapshot(
    DateTimeOffset Time,
    double CpuUtilization,
    long MemoryBytes,
    long MemoryLimitBytes,
    int ActiveRuns,
    IReadOnlyList<ResourcePoolSnapshot> Pools)
{
    /// <summary>Gets the waits of runs for resources, by pool.</summary>
    /// <value>Without pools that no run has waited for. The default value is empty.</value>
    public IReadOnlyDictionary<string, ResourceWait> ResourceWaits { get; init; } = ReadOnlyDictionary<string, ResourceWait>.Empty;
}
