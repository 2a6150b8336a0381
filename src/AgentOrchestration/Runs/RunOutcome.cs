using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Specifies how a run ended.</summary>
/// <example>
/// <code>
/// RunResult result = await run.WaitAsync(cancellationToken);
/// Environment.ExitCode = result.Outcome == RunOutcome.Succeeded ? 0 : 1;
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>
    /// Everything was done that had to be: no subtask failed or was cancelled, but for such as others only take as an optional input,
    /// and what those needed.
    /// </summary>
    Succeeded,

    /// <summary>At least one subtask failed.</summary>
    Failed,

    /// <summary>The run, or a subtask of it, was cancelled before it was done; some may have failed before.</summary>
    Cancelled,

    /// <summary>The run did not end within its timeout.</summary>
    TimedOut,

    /// <summary>The run used up its budget before it was done.</summary>
    BudgetExhausted,
}
