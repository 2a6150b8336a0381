using System.Text.Json.Serialization;

namespace AgentOrchestration.Forecasting;

/// <summary>Describes what limits the duration of a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BottleneckKind>))]
public enum BottleneckKind
{
    /// <summary>The longest chain of dependent work: more of anything does not help, only shorter work or fewer dependencies.</summary>
    CriticalPath,

    /// <summary>The number of subtasks that run at a time.</summary>
    Workers,

    /// <summary>A pool of resources, or the limit of a task type.</summary>
    Pool,
}
