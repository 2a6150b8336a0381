using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Events;

/// <summary>A subtask has its output. Ends its last attempt too.</summary>
/// <param name="Attempt">The attempt that succeeded, from 1; 0 when no attempt was needed.</param>
/// <param name="Origin">Where the output came from.</param>
/// <param name="SharedWith">The identical subtask that made the output, when it was shared, or whose work failed for both, when this one has its fallback.</param>
public sealed record SubtaskSucceeded(int Attempt, OutputOrigin Origin, string? SharedWith) : SubtaskEvent
{
    /// <summary>Gets the output. Not part of the event's JSON.</summary>
    /// <value>An instance of the task type's output type. The default value is <see langword="null"/>.</value>
    [JsonIgnore]
    public object? Output { get; init; }

    /// <summary>Gets the error of the work whose output the fallback replaces.</summary>
    /// <value>The default value is <see langword="null"/>: the work succeeded.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SubtaskError? Error { get; init; }
}
