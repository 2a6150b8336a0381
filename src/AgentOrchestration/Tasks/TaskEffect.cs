using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What a task type does to the world. Decides what may be shared, cached, or run again.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskEffect>))]
public enum TaskEffect
{
    /// <summary>Changes something outside. What is not declared otherwise.</summary>
    Write,

    /// <summary>Changes nothing outside, but an answer ages.</summary>
    Read,

    /// <summary>Changes nothing outside, and an earlier answer to the same input is as good as a new one.</summary>
    Pure,

    /// <summary>Changes something outside that cannot be undone.</summary>
    Irreversible,
}
