using AgentOrchestration.Planning;

namespace AgentOrchestration.Plans.Reading;

/// <summary>The diagnostics of an answer that is not the JSON of a plan.</summary>
internal static class AnswerDiagnostic
{
    private const string WriteJson = "Answer with the JSON of the plan as text.";

    public static PlanDiagnostic Malformed(string path, string message) =>
        new(PlanDiagnosticCode.Malformed, path, $"This is not the JSON of a plan: {message}", "Write one JSON object of the given form.");

    /// <summary>Gets whether asking again cannot help, so that a plan is not asked for again.</summary>
    public static bool IsFinal(PlanDiagnosticCode code) => code is
        PlanDiagnosticCode.ModelRefusal or PlanDiagnosticCode.ContentFilter or PlanDiagnosticCode.UnsupportedResponseFormat
        or PlanDiagnosticCode.ContextTooLong or PlanDiagnosticCode.InvalidResponse or PlanDiagnosticCode.MissingJsonMetadata
        or PlanDiagnosticCode.NoAnswer;

    public static PlanDiagnostic Refusal(string text) => new(
        PlanDiagnosticCode.ModelRefusal, "", $"The model refused to answer{(text.Length == 0 ? "." : $": \"{text}\"")}", "Change the request, or use another model.");

    public static PlanDiagnostic CutOff() => new(
        PlanDiagnosticCode.CutOff, "", "The answer was cut off at its maximum length (finish reason \"length\").",
        "Write a smaller plan, with less reasoning before it.");

    public static PlanDiagnostic ToolCall(string? name) => new(
        PlanDiagnosticCode.ToolCall, "", $"The answer is a tool call{(name is null ? "" : $" of '{name}'")} and not text.", $"Call no tool. {WriteJson}");

    public static PlanDiagnostic NoAnswer(string what) => new(
        PlanDiagnosticCode.NoAnswer, "", $"The model {what}, and was given up.", $"Check the endpoint, or raise Planning.{nameof(PlanningOptions.MaxIdleTime)}.");

    public static PlanDiagnostic SchemasAgain() => new(
        PlanDiagnosticCode.Empty, "/subtasks", "The answer requests schemas of task types and has no subtasks, but schemas cannot be requested any more.", "Write the plan with the task types whose schemas are shown.");

    public static PlanDiagnostic ReasoningOnly() => new(
        PlanDiagnosticCode.ReasoningOnly, "", "The answer has reasoning but no text.", $"Reason less. {WriteJson}");

    /// <summary>Describes what the endpoint did in place of answering.</summary>
    /// <param name="code">The kind.</param>
    /// <param name="details">What the endpoint or its client said; empty when nothing.</param>
    public static PlanDiagnostic Endpoint(PlanDiagnosticCode code, string details)
    {
        (string message, string remedy) = code switch
        {
            PlanDiagnosticCode.ContentFilter => (
                "A content filter of the endpoint stopped the request or its answer",
                "Change the request, or the filter of the endpoint."),
            PlanDiagnosticCode.UnsupportedResponseFormat => (
                "The endpoint rejects every response format: a JSON schema, JSON, and text",
                "Use an endpoint that answers in text at least."),
            PlanDiagnosticCode.ContextTooLong => (
                "The request is too long for the model",
                "Shorten the goal, its inputs or the descriptions of the task types, or use a model with a larger context (UsePlanningChatClient)."),
            _ => (
                "The response of the endpoint is not an answer of a model",
                "Check the endpoint's address and what answers there: an error page and an error message can come with status 200."),
        };
        return new PlanDiagnostic(code, "", details.Length == 0 ? $"{message}." : $"{message}: {details}", remedy);
    }
}
