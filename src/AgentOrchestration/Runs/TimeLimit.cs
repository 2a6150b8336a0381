using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Which limit an attempt ran into.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimeLimit>))]
public enum TimeLimit
{
    /// <summary>That of one attempt.</summary>
    Attempt,

    /// <summary>That of the subtask over all its attempts.</summary>
    Subtask,

    /// <summary>That between two reports of progress.</summary>
    Idle,
}
