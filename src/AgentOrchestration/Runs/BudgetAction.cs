using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Specifies what happens when a budget is used up.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetAction>))]
public enum BudgetAction
{
    /// <summary>The run stops: running code is cancelled.</summary>
    Stop,

    /// <summary>Running subtasks continue to their end, others are skipped, and the run ends with partial results.</summary>
    Finish,

    /// <summary>The run waits, holding nothing, until its budget is extended or it is cancelled.</summary>
    Ask,
}
