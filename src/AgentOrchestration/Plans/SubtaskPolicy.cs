using System.Text.Json;

namespace AgentOrchestration;

/// <summary>Replaces limits of the task type for one subtask. For plans made in code: a plan that a model writes may not set it.</summary>
/// <example>
/// <code>
/// plan.Add("sales", "read_table", "sales.csv", options: new() { Policy = new() { MaxAttempts = 3, Timeout = TimeSpan.FromSeconds(10) } });
/// </code>
/// </example>
public sealed record SubtaskPolicy
{
    /// <summary>Gets the maximum number of attempts, the first included.</summary>
    /// <value>From 1 to 10,000. The default value is <see langword="null"/>: that of the task type.</value>
    public int? MaxAttempts { get; init; }

    /// <summary>Gets the maximum duration of one attempt.</summary>
    /// <value>The default value is <see langword="null"/>: that of the task type.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets the maximum duration of all attempts together, including pauses and time in which nobody drives the run.</summary>
    /// <value>The default value is <see langword="null"/>: that of the task type.</value>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Gets the maximum time that an attempt may run without reporting progress.</summary>
    /// <value>The default value is <see langword="null"/>: that of the task type.</value>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Gets a value that indicates whether the subtask waits for an approval.</summary>
    /// <value>The default value is <see langword="null"/>: as the task type and the approval rule say.</value>
    public bool? RequiresApproval { get; init; }

    /// <summary>
    /// Gets the output that the subtask has when its work fails for good, as JSON. <see cref="SubtaskOptions.Fallback"/> sets it from a value.
    /// </summary>
    /// <value>
    /// JSON of the output type; an element of the kind <see cref="JsonValueKind.Null"/> is a fallback that is null. The default value is
    /// <see langword="null"/>: the task type's, if it has one.
    /// </value>
    public JsonElement? Fallback { get; init; }
}
