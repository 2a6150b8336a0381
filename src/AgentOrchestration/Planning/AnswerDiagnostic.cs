using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>What is said of an answer that is not the JSON of a plan.</summary>
internal static class AnswerDiagnostic
{
    public static PlanDiagnostic Malformed(string path, string message) =>
        new(PlanDiagnosticCode.Malformed, path, $"This is not the JSON of a plan: {message}", "Write one JSON object of the given form.");
}
