using System.Text.Json.Serialization;

namespace AgentOrchestration.Resources;

/// <summary>What becomes of what is taken from a pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResourcePoolKind>))]
public enum ResourcePoolKind
{
    /// <summary>It comes back with the lease: devices, memory, connections.</summary>
    Reusable,

    /// <summary>It is used up and grows again with time, steadily, up to the capacity: tokens or requests per minute.</summary>
    Replenishing,

    /// <summary>It is gone: a budget for all runs of the process.</summary>
    Consumable,
}
