using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans;

/// <summary>Specifies the comparison of a condition.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConditionOperator>))]
public enum ConditionOperator
{
    /// <summary>The part is the value: the same JSON.</summary>
    Equals,

    /// <summary>The part is not the value, or is not there.</summary>
    NotEquals,

    /// <summary>The part is a number above the value, or a string after it in ordinal order.</summary>
    GreaterThan,

    /// <summary>The part is a number below the value, or a string before it in ordinal order.</summary>
    LessThan,

    /// <summary>The part is there and not null. The value does not matter.</summary>
    Exists,
}
