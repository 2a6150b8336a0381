using AgentOrchestration.Plans;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

internal static partial class PlanningLog
{
    [LoggerMessage(500, LogLevel.Warning, "Plan {Answer} of at most {MaxAnswers} was refused, {Count} diagnostics; the first: {First}")]
    public static partial void PlanRefused(ILogger logger, int answer, int maxAnswers, int count, PlanDiagnostic? first);
}
