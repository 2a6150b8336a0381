using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Why a subtask was skipped.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SkipReason>))]
public enum SkipReason
{
    /// <summary>A subtask that it needs failed.</summary>
    Failed,

    /// <summary>A subtask that it needs was cancelled.</summary>
    Cancelled,

    /// <summary>A condition, its own or that of a subtask that it needs, does not hold.</summary>
    Condition,

    /// <summary>The run was stopped because of a failure.</summary>
    RunStopped,

    /// <summary>The budget of the run is used up.</summary>
    Budget,
}
