using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Specifies what the failure of a subtask means for its run.</summary>
/// <example>
/// <code>
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, new RunOptions { FailurePolicy = FailurePolicy.Stop }, cancellationToken);
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<FailurePolicy>))]
public enum FailurePolicy
{
    /// <summary>Subtasks that need the failed one are skipped; all others continue.</summary>
    Continue,

    /// <summary>The run stops: running code is cancelled, and subtasks that have not started are skipped.</summary>
    Stop,

    /// <summary>
    /// As <see cref="Stop"/>; then what succeeded is undone in reverse order of completion, where its task type can be undone. A run that
    /// is cancelled, runs out of time or of its budget is undone too.
    /// </summary>
    Compensate,
}
