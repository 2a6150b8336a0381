using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs;

/// <summary>Specifies why a ready subtask is not started yet although it could be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HoldReason>))]
public enum HoldReason
{
    /// <summary>Another subtask with the same long prompt has started first: the endpoint then reads the prompt from its cache (<c>TaskTypeOptions.SharedPrompt</c>).</summary>
    SharedPrompt,

    /// <summary>Others of its batch are known to come (<c>BatchOptions.Hold</c>).</summary>
    Batch,
}
