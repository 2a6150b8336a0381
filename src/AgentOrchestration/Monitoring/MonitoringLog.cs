using AgentOrchestration.Runs;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

internal static partial class MonitoringLog
{
    [LoggerMessage(1000, LogLevel.Information, "Run {RunId} started: {Count} subtasks.")]
    public static partial void RunStarted(ILogger logger, string runId, int count);

    [LoggerMessage(1001, LogLevel.Information, "Run {RunId} {Outcome} after {Duration}.")]
    public static partial void RunEnded(ILogger logger, string runId, RunOutcome outcome, TimeSpan duration);

    [LoggerMessage(1002, LogLevel.Debug, "Run {RunId}: {SubtaskId} ({TaskType}) started, attempt {Attempt}.")]
    public static partial void AttemptStarted(ILogger logger, string runId, string subtaskId, string taskType, int attempt);

    [LoggerMessage(1003, LogLevel.Warning, "Run {RunId}: attempt {Attempt} of {SubtaskId} failed, the next starts at {RetryAt}: {Error}")]
    public static partial void AttemptFailed(ILogger logger, string runId, string subtaskId, int attempt, DateTimeOffset retryAt, string error);

    [LoggerMessage(1004, LogLevel.Information, "Run {RunId}: {SubtaskId} succeeded after {Duration}, output {Origin}; the process used {CpuTime} of cpu and up to {MemoryMiB} MiB meanwhile.")]
    public static partial void SubtaskSucceeded(ILogger logger, string runId, string subtaskId, TimeSpan duration, OutputOrigin origin, TimeSpan cpuTime, long memoryMiB);

    [LoggerMessage(1005, LogLevel.Error, "Run {RunId}: {SubtaskId} failed after {Duration}: {Error}")]
    public static partial void SubtaskFailed(ILogger logger, Exception? exception, string runId, string subtaskId, TimeSpan duration, string error);

    [LoggerMessage(1006, LogLevel.Warning, "Run {RunId}: {SubtaskId} was skipped, because {Cause} failed.")]
    public static partial void SubtaskSkipped(ILogger logger, string runId, string subtaskId, string cause);

    [LoggerMessage(1007, LogLevel.Information, "Run {RunId}: {SubtaskId} was cancelled.")]
    public static partial void SubtaskCancelled(ILogger logger, string runId, string subtaskId);

    [LoggerMessage(1008, LogLevel.Warning, "Run {RunId}: {SubtaskId} failed after {Duration}; its fallback takes the place of its output: {Error}")]
    public static partial void SubtaskFellBack(ILogger logger, Exception? exception, string runId, string subtaskId, TimeSpan duration, string error);

    [LoggerMessage(1009, LogLevel.Warning, "Run {RunId} is stopped at the deadline of {Owner}, in whose code it was started.")]
    public static partial void DeadlineInherited(ILogger logger, string runId, string owner);

    [LoggerMessage(1012, LogLevel.Information, "Run {RunId} is paused: {Reason}")]
    public static partial void RunPaused(ILogger logger, string runId, string? reason);

    [LoggerMessage(1013, LogLevel.Information, "Run {RunId} continues.")]
    public static partial void RunContinued(ILogger logger, string runId);

    [LoggerMessage(1010, LogLevel.Warning, "Run {RunId}: attempt {Attempt} of {SubtaskId} failed beside another, which decides: {Error}")]
    public static partial void AttemptFailedBesideAnother(ILogger logger, string runId, string subtaskId, int attempt, string error);

    [LoggerMessage(1011, LogLevel.Warning, "Run {RunId}: attempt {Attempt} of {SubtaskId}, which started early, failed; the work is done when it is its turn: {Error}")]
    public static partial void EarlyAttemptFailed(ILogger logger, string runId, string subtaskId, int attempt, string error);

    [LoggerMessage(1100, LogLevel.Warning, "Alert {Rule}: {Message}")]
    public static partial void AlertRaised(ILogger logger, string rule, string message);

    [LoggerMessage(1101, LogLevel.Warning, "The alert sink {Sink} threw.")]
    public static partial void AlertSinkThrew(ILogger logger, Exception exception, string sink);

    [LoggerMessage(1102, LogLevel.Warning, "The alert rule {Rule} threw; it is evaluated again next time.")]
    public static partial void AlertRuleThrew(ILogger logger, Exception exception, string rule);

    [LoggerMessage(1105, LogLevel.Warning, "Run {RunId}: alerts are still being raised ({What} has not returned) and are not waited for any longer; the run is not affected.")]
    public static partial void AlertNotWaitedFor(ILogger logger, string runId, string what);

    [LoggerMessage(1106, LogLevel.Warning, "A listener of activities threw when {Activity} {What}; the run is not affected.")]
    public static partial void ActivityListenerThrew(ILogger logger, Exception exception, string activity, string what);

    [LoggerMessage(1107, LogLevel.Warning, "A listener of measurements threw when an instrument was published; the instrument is left out.")]
    public static partial void MeterListenerThrew(ILogger logger, Exception exception);

    [LoggerMessage(1103, LogLevel.Warning, "The resource probe {Probe} threw; usage is not known until it answers again.")]
    public static partial void ProbeThrew(ILogger logger, Exception exception, string probe);

    [LoggerMessage(1104, LogLevel.Warning, "A snapshot of the process failed; the next is taken all the same.")]
    public static partial void SnapshotFailed(ILogger logger, Exception exception);
}
