using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>
/// Specifies the effect of a task type on the world. It decides whether outputs may be shared or cached and whether work may be run again.
/// </summary>
/// <example>
/// <code>
/// [TaskType("pay", Description = "Pays an invoice.", Effect = TaskEffect.Irreversible)]
/// public sealed class Pay : ITaskHandler&lt;string, None&gt;
/// {
///     public ValueTask&lt;None&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =&gt; ValueTask.FromResult(None.Value);
/// }
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<TaskEffect>))]
public enum TaskEffect
{
    /// <summary>Changes something outside. What is not declared otherwise.</summary>
    Write,

    /// <summary>Changes nothing outside, but an answer ages.</summary>
    Read,

    /// <summary>Changes nothing outside, and an earlier answer to the same input is as good as a new one.</summary>
    Pure,

    /// <summary>Makes a change outside that cannot be compensated.</summary>
    Irreversible,
}
