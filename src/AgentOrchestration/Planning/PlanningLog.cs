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

    [LoggerMessage(505, LogLevel.Warning, "The embedding generator failed; task types are selected without it for a minute")]
    public static partial void EmbeddingFailed(ILogger logger, Exception exception);

    [LoggerMessage(506, LogLevel.Information, "The model requested the schemas of {Count} task types")]
    public static partial void SchemasRequested(ILogger logger, int count);

    [LoggerMessage(507, LogLevel.Warning, "The task type selector failed to learn from a plan")]
    public static partial void LearningFailed(ILogger logger, Exception exception);

    [LoggerMessage(508, LogLevel.Warning, "A plan that was sent back with its review was not improved; it is used as it is")]
    public static partial void ReviewFailed(ILogger logger, Exception exception);
}
