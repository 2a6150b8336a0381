using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

/// <summary>Writes the course of each run to the log: start, end, duration, outcome, and what the process used meanwhile.</summary>
internal sealed class RunLogger(ILogger<RunLogger> logger, SystemMonitor monitor) : IRunEventSink
{
    private const long MiB = 1024 * 1024;

    private readonly FoldedRuns _runs = new();

    public bool IsEnabled => logger.IsEnabled(LogLevel.Error);

    public void OnEvent(string runId, RunEvent runEvent)
    {
        if (_runs.Apply(runId, runEvent) is not { } run)
        {
            return;
        }

        if (runEvent is RunStarted started)
        {
            MonitoringLog.RunStarted(logger, runId, started.Plan.Subtasks.Count);
        }
        else if (runEvent is SubtaskEvent subtaskEvent)
        {
            Log(runId, run.Get(subtaskEvent.SubtaskId), subtaskEvent);
        }
        else if (runEvent is RunPaused paused)
        {
            MonitoringLog.RunPaused(logger, runId, paused.Reason);
        }
        else if (runEvent is RunContinued)
        {
            MonitoringLog.RunContinued(logger, runId);
        }
        else if (runEvent is StopRequested { DeadlineOf: { } owner })
        {
            MonitoringLog.DeadlineInherited(logger, runId, owner);
        }
        else if (runEvent is RunEnded ended)
        {
            MonitoringLog.RunEnded(logger, runId, ended.Outcome, ended.Time - run.StartedAt);
        }
    }

    public void OnReplayed(string runId, RunEvent runEvent) => _runs.Apply(runId, runEvent);

    public void OnDetached(string runId) => _runs.Forget(runId);

    private void Log(string runId, SubtaskSnapshot subtask, SubtaskEvent subtaskEvent)
    {
        string id = subtask.Subtask.Id;
        TimeSpan duration = subtask.Duration ?? TimeSpan.Zero;
        switch (subtaskEvent)
        {
            case AttemptStarted started:
                MonitoringLog.AttemptStarted(logger, runId, id, subtask.Subtask.TaskType, started.Attempt);
                break;
            case AttemptFailed failed:
                MonitoringLog.AttemptFailed(logger, runId, id, failed.Attempt, failed.RetryAt, failed.Error.Message);
                break;
            case AttemptDropped { Error: { } failure } dropped:
                MonitoringLog.AttemptFailedBesideAnother(logger, runId, id, dropped.Attempt, failure.Message);
                break;
            case OutputDropped { Error: { } failure } early:
                MonitoringLog.EarlyAttemptFailed(logger, runId, id, early.Attempt, failure.Message);
                break;
            case SubtaskSucceeded { Error: { } error }:
                MonitoringLog.SubtaskFellBack(logger, error.Exception, runId, id, duration, error.Message);
                break;
            case SubtaskSucceeded succeeded when logger.IsEnabled(LogLevel.Information):
                ResourceUsage usage = monitor.UsageBetween(subtask.StartedAt!.Value, succeeded.Time);
                MonitoringLog.SubtaskSucceeded(logger, runId, id, duration, succeeded.Origin, usage.CpuTime, usage.PeakMemoryBytes / MiB);
                break;
            case SubtaskFailed failed:
                MonitoringLog.SubtaskFailed(logger, failed.Error.Exception, runId, id, duration, failed.Error.Message);
                break;
            case SubtaskSkipped skipped:
                MonitoringLog.SubtaskSkipped(logger, runId, id, skipped.Cause);
                break;
            case SubtaskCancelled:
                MonitoringLog.SubtaskCancelled(logger, runId, id);
                break;
        }
    }
}
