using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>What happens when a budget is used up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetAction>))]
public enum BudgetAction
{
    /// <summary>The run stops: what runs is told to stop too.</summary>
    Stop,

    /// <summary>What runs goes on to its end, what has not started is skipped, and the run ends with partial results.</summary>
    Finish,

    /// <summary>The run waits, holding nothing, until its budget is extended or it is cancelled.</summary>
    Ask,
}
