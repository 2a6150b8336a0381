using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that the run stops: no subtask starts any more, and running code is cancelled.</summary>
/// <param name="Reason">Why.</param>
public sealed record StopRequested(StopReason Reason) : RunEvent
{
    /// <summary>Gets whose deadline has come, where the run was started in code that has to end then.</summary>
    /// <value>The default value is <see langword="null"/>: none but its own.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeadlineOf { get; init; }
}
