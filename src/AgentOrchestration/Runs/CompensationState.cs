using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Whether the work of a subtask was undone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CompensationState>))]
public enum CompensationState
{
    /// <summary>It did not have to be, or it cannot be.</summary>
    None,

    /// <summary>It is being undone.</summary>
    Running,

    /// <summary>It was undone.</summary>
    Succeeded,

    /// <summary>It could not be undone.</summary>
    Failed,
}
