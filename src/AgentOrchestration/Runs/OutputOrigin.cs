using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Where the output of a subtask came from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputOrigin>))]
public enum OutputOrigin
{
    /// <summary>An attempt of the subtask made it.</summary>
    Executed,

    /// <summary>An identical subtask of the same run made it.</summary>
    Shared,

    /// <summary>It was in the result cache.</summary>
    Cached,

    /// <summary>The run that this one was made from had it.</summary>
    Reused,

    /// <summary>The work failed for good, and the fallback of the subtask took the place of its output. It is never cached, shared or reused.</summary>
    Fallback,

    /// <summary>Another run of this process made it at the same time.</summary>
    Flight,
}
