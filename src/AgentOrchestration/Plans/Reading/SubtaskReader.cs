using System.Text.Json;
using System.Text.Unicode;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Reads the JSON object of one subtask.</summary>
/// <param name="notes">Receives the errors and the repairs.</param>
internal sealed class SubtaskReader(AnswerNotes notes)
{
    /// <param name="json">The whole object, well-formed.</param>
    /// <param name="path">Its state.</param>
    /// <param name="key">The id that it is listed under; <see langword="null"/> where subtasks stand in an array.</param>
    /// <returns>The subtask; where it is malformed, as much of it as can be understood.</returns>
    public Subtask Read(ReadOnlySpan<byte> json, string path, string? key)
    {
        if (!Utf8.IsValid(json))
        {
            notes.Diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.Malformed, path, "The subtask holds text that is not valid Unicode.", "Write whole characters."));
            return new Subtask { Id = "", TaskType = "" };
        }

        SubtaskDocument document = ReadDocument(json, path, key);
        if (!notes.IsStrict)
        {
            LeaveOutEstimates(document, path);
        }

        Subtask subtask = document.ToSubtask(path, notes.Diagnostics);
        Forbid(subtask, path);
        return subtask;
    }

    private SubtaskDocument ReadDocument(ReadOnlySpan<byte> json, string path, string? key)
    {
        try
        {
            if (key is null)
            {
                return JsonSerializer.Deserialize(json, PlanJsonContext.Default.SubtaskDocument)!;
            }
        }
        catch (JsonException exception)
        {
            int diagnostics = notes.Diagnostics.Count;
            int repairs = notes.Repairs.Count;
            SubtaskDocument lenient = new LenientSubtaskReader(notes).Read(json, path, key);
            if (notes.Diagnostics.Count == diagnostics && notes.Repairs.Count == repairs)
            {
                notes.Diagnostics.Add(AnswerDiagnostic.Malformed(path + JsonPointer.FromPath(exception.Path ?? ""), exception.Message));
            }

            return lenient;
        }

        return new LenientSubtaskReader(notes).Read(json, path, key);
    }

    /// <summary>An estimate orders the work and limits nothing: one that cannot be is left out.</summary>
    private void LeaveOutEstimates(SubtaskDocument document, string path)
    {
        if (document.EstimatedMinutes is { } minutes && !Estimate.IsPlausible(minutes))
        {
            document.EstimatedMinutes = null;
            notes.Repair(
                PlanRepairCode.Estimate, $"{path}/estimatedMinutes", $"'{Excerpt.Of(document.Id)}': An estimate cannot be {minutes} minutes.", "It was left out.",
                "It is only an estimate.", document.Id);
        }

        foreach ((int index, SubtaskDocument? inner) in (document.Plan?.Subtasks ?? []).Index())
        {
            if (inner is not null)
            {
                LeaveOutEstimates(inner, $"{path}/plan/subtasks/{index}");
            }
        }
    }

    /// <summary>Limits, approvals and secrets are the application's to decide on, never the model's.</summary>
    private void Forbid(Subtask subtask, string path)
    {
        if (subtask.Policy is not null)
        {
            notes.Diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.NotAllowed, $"{path}/policy", $"'{Excerpt.Of(subtask.Id)}' sets limits of its own, which is not the planner's to do.", "Leave the policy out.")
            { SubtaskId = subtask.Id });
        }

        if (subtask.Arguments is { } arguments && ArgumentsText.WhyUnreadable(arguments) is null && SecretRef.CountIn(arguments) > 0)
        {
            notes.Diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.NotAllowed, $"{path}/arguments", $"'{Excerpt.Of(subtask.Id)}' refers to a secret, which a planner is not allowed to do.", "Leave it out.")
            { SubtaskId = subtask.Id });
        }

        foreach ((int index, Subtask inner) in (subtask.Plan?.Subtasks ?? []).Index())
        {
            Forbid(inner, $"{path}/plan/subtasks/{index}");
        }
    }
}
