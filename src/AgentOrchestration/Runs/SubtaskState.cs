using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Specifies the state of a subtask. The last four are terminal.</summary>
/// <example>
/// <code>
/// int running = run.GetSnapshot().Subtasks.Count(subtask =&gt; subtask.State == SubtaskState.Running);
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<SubtaskState>))]
public enum SubtaskState
{
    /// <summary>Waits for its dependencies.</summary>
    Pending,

    /// <summary>Its dependencies are done; it waits for its turn, for resources, or for the pause before a retry, and holds nothing.</summary>
    Ready,

    /// <summary>It waits until it is approved or rejected (<see cref="SubtaskSnapshot.PendingApproval"/>), and holds nothing.</summary>
    AwaitingApproval,

    /// <summary>An attempt is running.</summary>
    Running,

    /// <summary>It has an output.</summary>
    Succeeded,

    /// <summary>Its last attempt failed.</summary>
    Failed,

    /// <summary>It never ran, because a subtask that it depends on failed.</summary>
    Skipped,

    /// <summary>The run was cancelled before it was done.</summary>
    Cancelled,
}
