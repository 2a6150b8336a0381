namespace AgentOrchestration.Monitoring;

/// <summary>The names under which the library can be observed.</summary>
public static class OrchestrationDiagnostics
{
    /// <summary>
    /// The <see cref="System.Diagnostics.ActivitySource"/>: an activity <c>orchestration.run</c> for each run and, within it, one
    /// <c>orchestration.attempt</c> for each attempt. The tag <c>agent_orchestration.run.id</c> names the run, and
    /// <c>agent_orchestration.outcome</c> says how it ended, or that it was <c>Refused</c> (with <c>error.type</c>), <c>Detached</c>, or only
    /// <c>Read</c> because it had ended before.
    /// </summary>
    public const string ActivitySourceName = "AgentOrchestration";

    /// <summary>
    /// The <see cref="System.Diagnostics.Metrics.Meter"/>: <c>agent_orchestration.subtask.duration</c> (s, by task type and state),
    /// <c>agent_orchestration.attempt.failures</c> ({attempt}, by task type; also those beside which another succeeded, and early ones) and <c>agent_orchestration.run.duration</c> (s, by outcome).
    /// </summary>
    public const string MeterName = "AgentOrchestration";
}
