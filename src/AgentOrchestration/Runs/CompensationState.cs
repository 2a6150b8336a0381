using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Specifies the state of a compensation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompensationState>))]
public enum CompensationState
{
    /// <summary>No compensation is needed, or none is possible.</summary>
    None,

    /// <summary>The compensation is running.</summary>
    Running,

    /// <summary>The compensation has succeeded.</summary>
    Succeeded,

    /// <summary>The compensation has failed.</summary>
    Failed,
}
