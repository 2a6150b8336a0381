using AgentOrchestration.Runs.Journal;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Execution;

internal static partial class ExecutionLog
{
    [LoggerMessage(800, LogLevel.Warning, "Run {RunId}: a callback on a cancellation token threw.")]
    public static partial void CancellationCallbackThrew(ILogger logger, Exception exception, string runId);

    [LoggerMessage(801, LogLevel.Warning, "Run {RunId}: the event sink {Sink} threw; it still receives the next event.")]
    public static partial void SinkThrew(ILogger logger, Exception exception, string runId, string sink);

    [LoggerMessage(802, LogLevel.Warning, "Run {RunId}: subtask {SubtaskId} runs by itself, because an equal one or a cached result could not be looked for.")]
    public static partial void NotShared(ILogger logger, Exception exception, string runId, string subtaskId);

    [LoggerMessage(803, LogLevel.Warning, "Run {RunId}: the result of subtask {SubtaskId} could not be cached.")]
    public static partial void CacheWriteFailed(ILogger logger, Exception exception, string runId, string subtaskId);

    [LoggerMessage(804, LogLevel.Warning, "Run {RunId}: subtask {SubtaskId} ignored its cancellation; it was abandoned and keeps its resources until it returns.")]
    public static partial void Abandoned(ILogger logger, string runId, string subtaskId);

    [LoggerMessage(805, LogLevel.Error, "Run {RunId}: giving back what subtask {SubtaskId} held threw.")]
    public static partial void ReleaseThrew(ILogger logger, Exception exception, string runId, string subtaskId);

    [LoggerMessage(806, LogLevel.Information, "Run {RunId} was interrupted; it continues here.")]
    public static partial void PickedUp(ILogger logger, string runId);

    [LoggerMessage(807, LogLevel.Error, "Run {RunId} was interrupted, and cannot continue here.")]
    public static partial void NotPickedUp(ILogger logger, Exception exception, string runId);

    [LoggerMessage(808, LogLevel.Error, "Interrupted runs could not be looked for; it is tried again.")]
    public static partial void RunsNotListed(ILogger logger, Exception exception);

    [LoggerMessage(825, LogLevel.Information, "Run {RunId} has received the command {Command}; it counts: {Counts}.")]
    public static partial void CommandTaken(ILogger logger, string runId, CommandKind? command, bool counts);

    [LoggerMessage(826, LogLevel.Warning, "The commands to the runs of this process could not be read; it is tried again.")]
    public static partial void InboxNotRead(ILogger logger, Exception exception);

    [LoggerMessage(809, LogLevel.Error, "Run {RunId} goes no further in this process: {Reason}")]
    public static partial void Detached(ILogger logger, Exception? exception, string runId, string reason);

    [LoggerMessage(816, LogLevel.Warning, "Run {RunId} waits for resources: {Reason}")]
    public static partial void HeldByCaller(ILogger logger, string runId, string reason);

    [LoggerMessage(817, LogLevel.Warning, "Run {RunId}: the event sink {Sink} has not taken all events, {Handled} so far, and is not waited for any longer; the run is not affected.")]
    public static partial void SinkNotWaitedFor(ILogger logger, string runId, string sink, long handled);

    [LoggerMessage(818, LogLevel.Warning, "Run {RunId}: the result cache has not stored all results, and is not waited for any longer.")]
    public static partial void CacheNotWaitedFor(ILogger logger, string runId);

    [LoggerMessage(819, LogLevel.Warning, "Run {RunId}: the result cache has not answered within {Time}; the run continues without looking up results in it.")]
    public static partial void CacheNotAnswering(ILogger logger, string runId, TimeSpan time);

    [LoggerMessage(820, LogLevel.Warning, "Run {RunId}: a batch endpoint has failed, which is tried again after {Pause}: {Reason}")]
    public static partial void BatchEndpointFailed(ILogger logger, string runId, string reason, TimeSpan pause);

    [LoggerMessage(821, LogLevel.Warning, "Run {RunId}: the batch endpoint of '{Endpoint}' takes no calls; the run makes them at the model's endpoint.")]
    public static partial void BatchEndpointRefused(ILogger logger, Exception exception, string runId, string endpoint);

    [LoggerMessage(822, LogLevel.Warning, "Run {RunId}: the deferred calls of submission {Submission} are not answered; the run makes them at the model's endpoint.")]
    public static partial void CallsNotAnswered(ILogger logger, Exception exception, string runId, int submission);

    [LoggerMessage(823, LogLevel.Warning, "Run {RunId}: the batch {BatchId} could not be cancelled, and may be charged.")]
    public static partial void BatchNotCancelled(ILogger logger, Exception exception, string runId, string batchId);

    [LoggerMessage(824, LogLevel.Warning, "Run {RunId}: nobody waits for the batch {BatchId} any more, and what it has answered is not known, so it is not counted.")]
    public static partial void AnswersNotCounted(ILogger logger, Exception exception, string runId, string batchId);

    [LoggerMessage(815, LogLevel.Warning, "Run {RunId}: the result of subtask {SubtaskId} does not come back from its JSON as it was: {Difference}. Its task type accepts that; what comes back counts.")]
    public static partial void OutputLossy(ILogger logger, string runId, string subtaskId, string difference);
}
