using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Resources;

internal static partial class ResourceLog
{
    [LoggerMessage(100, LogLevel.Warning, "An object of the resource {Resource} could not be reset ({Error}); it is closed.")]
    public static partial void ResetThrew(ILogger logger, Exception? exception, string resource, string? error);

    [LoggerMessage(101, LogLevel.Warning, "Closing an object of the resource {Resource} threw {Error}.")]
    public static partial void CloseThrew(ILogger logger, Exception? exception, string resource, string? error);

    [LoggerMessage(102, LogLevel.Warning, "Making an object of the resource {Resource} ahead of need threw {Error}; the attempt that asks for it makes its own.")]
    public static partial void MakeAheadThrew(ILogger logger, Exception? exception, string resource, string? error);
}
