using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

internal static partial class PlanningLog
{
    [LoggerMessage(500, LogLevel.Warning, "Plan {Answer} of at most {MaxAnswers} was refused, {Count} diagnostics; the first: {First}")]
    public static partial void PlanRefused(ILogger logger, int answer, int maxAnswers, int count, PlanDiagnostic? first);

    [LoggerMessage(501, LogLevel.Information, "A plan was repaired without asking again, {Count} repairs; the first: {First}")]
    public static partial void PlanMended(ILogger logger, int count, PlanRepair first);

    [LoggerMessage(502, LogLevel.Warning, "The stream of a plan ended early; the plan is requested as a whole")]
    public static partial void StreamBroke(ILogger logger, Exception exception);

    [LoggerMessage(503, LogLevel.Warning, "The endpoint rejected the response format {Rejected}; answers are requested as {Next}")]
    public static partial void FormRejected(ILogger logger, AnswerForm rejected, AnswerForm next, Exception exception);

    [LoggerMessage(504, LogLevel.Warning, "The streamed answer is empty; the plan is requested as a whole")]
    public static partial void StreamWasEmpty(ILogger logger);
}
