using System.Text.Json.Serialization;

namespace AgentOrchestration.Planning;

/// <summary>Which subtasks of a plan that a decomposer made wait for an approval because of what they do to the world.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalScope>))]
public enum ApprovalScope
{
    /// <summary>None.</summary>
    Nothing,

    /// <summary>Those whose task type is <see cref="TaskEffect.Irreversible"/>.</summary>
    Irreversible,

    /// <summary>Those whose task type changes something outside: <see cref="TaskEffect.Write"/> and <see cref="TaskEffect.Irreversible"/>.</summary>
    Changes,
}
