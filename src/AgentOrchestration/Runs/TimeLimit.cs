using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Specifies the limit that an attempt exceeded.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimeLimit>))]
public enum TimeLimit
{
    /// <summary>The limit of one attempt.</summary>
    Attempt,

    /// <summary>The limit of the subtask over all its attempts.</summary>
    Subtask,

    /// <summary>The limit between two reports of progress.</summary>
    Idle,
}
