using System.Text.Json.Serialization;

namespace AgentOrchestration.Forecasting;

/// <summary>Names what a forecast had to assume.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ForecastAssumptionKind>))]
public enum ForecastAssumptionKind
{
    /// <summary>The number of items in a list that is made during the run.</summary>
    ItemCount,

    /// <summary>How long an attempt takes that has no estimate and was never observed.</summary>
    Duration,

    /// <summary>That the calls of a subtask are answered at the model's endpoint at once. With <see cref="RunOptions.DeferCallsWithin"/> they may wait for a batch endpoint.</summary>
    AnsweredAtOnce,
}
