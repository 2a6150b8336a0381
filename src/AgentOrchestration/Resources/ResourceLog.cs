using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Resources;

internal static partial class ResourceLog
{
    [LoggerMessage(100, LogLevel.Warning, "An object of the resource {Resource} could not be reset; it is closed.")]
    public static partial void ResetThrew(ILogger logger, Exception exception, string resource);

    [LoggerMessage(101, LogLevel.Warning, "Closing an object of the resource {Resource} threw.")]
    public static partial void CloseThrew(ILogger logger, Exception exception, string resource);
}
