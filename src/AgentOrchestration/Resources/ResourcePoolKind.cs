using System.Text.Json.Serialization;

namespace AgentOrchestration.Resources;

/// <summary>Specifies what happens to an amount that is taken from a pool.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResourcePoolKind>))]
public enum ResourcePoolKind
{
    /// <summary>The amount is returned with the lease: devices, memory, connections.</summary>
    Reusable,

    /// <summary>The amount is used up; the pool replenishes steadily up to its capacity: tokens or requests per minute.</summary>
    Replenishing,

    /// <summary>The amount is used up for good: a budget for all runs of the process.</summary>
    Consumable,
}
