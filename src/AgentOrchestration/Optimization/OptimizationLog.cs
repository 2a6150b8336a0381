using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Optimization;

internal static partial class OptimizationLog
{
    [LoggerMessage(1200, LogLevel.Warning, "The cache of plans could not be read; the request is planned again.")]
    public static partial void PlanNotFound(ILogger logger, Exception exception);

    [LoggerMessage(1201, LogLevel.Warning, "A plan could not be cached.")]
    public static partial void PlanNotStored(ILogger logger, Exception exception);

    [LoggerMessage(1202, LogLevel.Information, "A cached plan no longer passes the checks, {Count} diagnostics, and is planned again; the first: {First}")]
    public static partial void PlanOutdated(ILogger logger, int count, PlanDiagnostic first);

    [LoggerMessage(1203, LogLevel.Warning, "The results of run {RunId} cannot be taken into the cache from its journal.")]
    public static partial void RunNotWarmed(ILogger logger, Exception exception, string runId);

    [LoggerMessage(1204, LogLevel.Information, "{Count} results of earlier runs were taken into the cache.")]
    public static partial void Warmed(ILogger logger, int count);

    [LoggerMessage(1205, LogLevel.Warning, "No results of earlier runs were taken into the cache.")]
    public static partial void NotWarmed(ILogger logger, Exception exception);
}
