using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Specifies what a subtask waits for first.</summary>
/// <example>
/// <code>
/// if (run.Explain("pay").Kind == WaitKind.Approval)
/// {
///     Console.WriteLine("Somebody has to approve the payment.");
/// }
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<WaitKind>))]
public enum WaitKind
{
    /// <summary>Nothing: it has ended.</summary>
    Ended,

    /// <summary>Nothing: an attempt is running.</summary>
    Running,

    /// <summary>The end of other subtasks.</summary>
    Dependencies,

    /// <summary>An approval.</summary>
    Approval,

    /// <summary>The pause before its next attempt.</summary>
    Retry,

    /// <summary>The end of the plan, which is still being written; it changes something outside.</summary>
    Plan,

    /// <summary>A larger budget of the run.</summary>
    Budget,

    /// <summary>The run to continue, which is paused.</summary>
    Pause,

    /// <summary>Resources, or the limit of its task type.</summary>
    Resources,

    /// <summary>A place among the attempts that may run at a time.</summary>
    Parallelism,

    /// <summary>The first progress of another subtask that has the same long prompt (<c>TaskTypeOptions.SharedPrompt</c>).</summary>
    SharedPrompt,

    /// <summary>Its turn: others come first, or it is about to start.</summary>
    Turn,

    /// <summary>An attempt of another run of the process that does the same work.</summary>
    Flight,

    /// <summary>Others of its batch that are known to come (<c>BatchOptions.Hold</c>).</summary>
    Batch,

    /// <summary>Answers of a batch endpoint to calls that were deferred (<c>RunOptions.DeferCallsWithin</c>).</summary>
    DeferredCalls,
}
