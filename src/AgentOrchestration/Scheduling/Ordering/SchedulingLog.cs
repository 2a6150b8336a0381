using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Scheduling.Ordering;

internal static partial class SchedulingLog
{
    [LoggerMessage(700, LogLevel.Warning, "The scheduling policy {Policy} failed; the run goes by the critical path.")]
    public static partial void PolicyFailed(ILogger logger, Exception exception, string policy);
}
