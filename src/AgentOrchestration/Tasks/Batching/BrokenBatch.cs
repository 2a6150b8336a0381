using System.Text.Json.Serialization;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>
/// What becomes of the subtasks that a batch has not answered, because its code threw an exception or returned without them. None of it counts against their
/// attempts: whose fault it was is not known. An exception that says when to try again is about all of them: they follow their retry rules.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<BrokenBatch>))]
public enum BrokenBatch
{
    /// <summary>They are tried again in two halves, and so on, until the one whose fault it is stands alone.</summary>
    Bisect,

    /// <summary>Each is tried again alone.</summary>
    OneByOne,

    /// <summary>The failure counts as that of each of them; their retry rules decide.</summary>
    Fail,
}
