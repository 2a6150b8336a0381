using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask has failed for good. Ends its last attempt too.</summary>
/// <param name="Attempt">The attempt that failed last, from 1; 0 when it failed before any.</param>
/// <param name="Error">Why.</param>
public sealed record SubtaskFailed(int Attempt, SubtaskError Error) : SubtaskEvent
{
    /// <summary>Gets the identical subtask whose work failed for both.</summary>
    /// <value>The default value is <see langword="null"/>: it did its own work, or none.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SharedWith { get; init; }
}
