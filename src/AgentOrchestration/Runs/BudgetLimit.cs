using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>The parts of a budget.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BudgetLimit>))]
public enum BudgetLimit
{
    /// <summary>The number of attempts.</summary>
    Attempts,

    /// <summary>The tokens of chat calls.</summary>
    Tokens,

    /// <summary>The cost.</summary>
    Cost,

    /// <summary>The time since the run started.</summary>
    Time,
}
