using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tasks.Endpoints;

internal static partial class EndpointLog
{
    [LoggerMessage(110, LogLevel.Warning, "The endpoint {Endpoint} has rejected a call with status {Status}: no call is sent for {Seconds:0.###} s.")]
    public static partial void Parked(ILogger logger, string endpoint, int status, double seconds);

    [LoggerMessage(111, LogLevel.Warning, "The endpoint {Endpoint} has asked for a pause of {Asked:0.###} s, which is outside of 0 to {Longest:0.###} s (MaxPause); it gets {Seconds:0.###} s.")]
    public static partial void PauseBounded(ILogger logger, string endpoint, double asked, double longest, double seconds);

    [LoggerMessage(112, LogLevel.Information, "The endpoint {Endpoint} now accepts {Requests:0.#} requests and {Tokens:0} input tokens in a minute.")]
    public static partial void LimitsLowered(ILogger logger, string endpoint, double? requests, double? tokens);

    [LoggerMessage(113, LogLevel.Error, "The starts of subtasks that use the endpoint {Endpoint} could not be paused.")]
    public static partial void PauseThrew(ILogger logger, Exception exception, string endpoint);

    [LoggerMessage(114, LogLevel.Warning, "Calls of the endpoint {Endpoint} are not deferred: its batches ask the model {Batched} when a call names none, and the chat client asks {Live}. Give both the same model, or name it in the options of the call.")]
    public static partial void OtherModel(ILogger logger, string endpoint, string batched, string live);
}
