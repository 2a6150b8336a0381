using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Specifies the kind of a finding of a plan review.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanFindingCode>))]
public enum PlanFindingCode
{
    /// <summary>A dependency carries no data between work that changes nothing outside, and makes the run longer.</summary>
    UnneededDependency,

    /// <summary>A subtask takes at least half of the run and much longer than the others, so that nothing else makes the run shorter.</summary>
    TooCoarse,

    /// <summary>Subtasks are so short that starting and recording them is a notable part of the work.</summary>
    TooFine,

    /// <summary>More subtasks are ready at a time than the limits of the run let start.</summary>
    UnusableWidth,

    /// <summary>Subtasks do the same work with the same input.</summary>
    IdenticalWork,

    /// <summary>Subtasks of a batchable task type are ready together, so that a run does them in few calls. Nothing has to be changed.</summary>
    Batchable,
}
