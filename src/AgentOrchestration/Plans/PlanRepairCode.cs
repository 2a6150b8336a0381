using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans;

/// <summary>What was mended in a plan.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanRepairCode>))]
public enum PlanRepairCode
{
    /// <summary>The JSON stood in a code fence.</summary>
    CodeFence,

    /// <summary>Text stood before or after the JSON.</summary>
    Prose,

    /// <summary>A subtask names the same dependency more than once.</summary>
    DuplicateDependency,

    /// <summary>A subtask is referred to by its name, which no other has, instead of its id.</summary>
    NameForId,

    /// <summary>An id is referred to with white space around it.</summary>
    SpaceAroundId,

    /// <summary>A subtask uses the output of another that it does not name as a dependency.</summary>
    MissingDependency,

    /// <summary>A dependency runs against the outputs that the arguments use, so that no order could keep both.</summary>
    ContradictingDependency,

    /// <summary>More was mended than is told one by one.</summary>
    More,
}
