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
    /// <summary>What needs the subtask is skipped; everything else goes on.</summary>
    Continue,

    /// <summary>The run stops: what runs is told to stop, what has not started is skipped.</summary>
    Stop,

    /// <summary>
    /// As <see cref="Stop"/>; then what succeeded is undone in reverse order of completion, where its task type can be undone. A run that
    /// is cancelled, runs out of time or of its budget is undone too.
    /// </summary>
    Compensate,
}
