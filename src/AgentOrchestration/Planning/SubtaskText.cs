using System.Text.Json;
using System.Text.Unicode;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>Reads the JSON object of one subtask.</summary>
internal static class SubtaskText
{
    /// <param name="json">The whole object, well-formed.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="diagnostics">Gets everything that is wrong with how it is written.</param>
    /// <returns>The subtask; where it is ill-written, as much of it as can be understood.</returns>
    public static Subtask Read(ReadOnlySpan<byte> json, string path, List<PlanDiagnostic> diagnostics)
    {
        if (!Utf8.IsValid(json))
        {
            diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.Malformed, path, "The subtask holds text that is no valid Unicode.", "Write whole characters."));
            return new Subtask { Id = "", TaskType = "" };
        }

        Subtask subtask = ReadDocument(json, path, diagnostics).ToSubtask(path, diagnostics);
        Forbid(subtask, path, diagnostics);
        return subtask;
    }

    private static SubtaskDocument ReadDocument(ReadOnlySpan<byte> json, string path, List<PlanDiagnostic> diagnostics)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PlanJsonContext.Default.SubtaskDocument)!;
        }
        catch (JsonException exception)
        {
            int before = diagnostics.Count;
            SubtaskDocument lenient = new IllWrittenSubtask(diagnostics).Read(json, path);
            if (diagnostics.Count == before)
            {
                diagnostics.Add(AnswerDiagnostic.Malformed(path + JsonPointer.FromPath(exception.Path ?? ""), exception.Message));
            }

            return lenient;
        }
    }

    /// <summary>Limits, approvals and secrets are the application's to decide on, never the model's.</summary>
    private static void Forbid(Subtask subtask, string path, List<PlanDiagnostic> diagnostics)
    {
        if (subtask.Policy is not null)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.NotAllowed, $"{path}/policy", $"'{Excerpt.Of(subtask.Id)}' sets limits of its own, which is not the planner's to do.", "Leave the policy out.")
            { SubtaskId = subtask.Id });
        }

        if (subtask.Arguments is { } arguments && ArgumentsText.WhyUnreadable(arguments) is null && SecretRef.CountIn(arguments) > 0)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.NotAllowed, $"{path}/arguments", $"'{Excerpt.Of(subtask.Id)}' asks for a secret, which is not the planner's to do.", "Leave it out.")
            { SubtaskId = subtask.Id });
        }

        foreach ((int index, Subtask inner) in (subtask.Plan?.Subtasks ?? []).Index())
        {
            Forbid(inner, $"{path}/plan/subtasks/{index}", diagnostics);
        }
    }
}
