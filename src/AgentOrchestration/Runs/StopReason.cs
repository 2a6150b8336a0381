using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Why a run stops before its work is done.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StopReason>))]
public enum StopReason
{
    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>A subtask failed, and the failure policy says that the run stops then.</summary>
    Failure,

    /// <summary>Its time is up.</summary>
    Timeout,

    /// <summary>Its budget is used up.</summary>
    Budget,
}
