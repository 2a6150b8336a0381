using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Json;

/// <summary>A plan as it appears in JSON: what a model writes and what is stored.</summary>
internal sealed class PlanDocument
{
    /// <summary>The version of the form, where it is saved; a plan within a plan has none of its own.</summary>
    public int? Version { get; init; }

    public string? Goal { get; init; }

    public required IReadOnlyList<SubtaskDocument?> Subtasks { get; init; }

    /// <summary>How deep plans can be nested in JSON, which is deeper than any plan that can be run. The plan itself is 1 deep.</summary>
    private const int DeepestPlan = 16;

    public static PlanDocument From(TaskPlan plan) => From(plan, version: null);

    /// <param name="plan">The plan.</param>
    /// <param name="version">The version to write, for a plan that is saved.</param>
    /// <exception cref="InvalidPlanException">Plans are nested too deep to be written.</exception>
    public static PlanDocument From(TaskPlan plan, int? version) => From(plan, version, depth: 1);

    /// <param name="plan">The plan.</param>
    /// <param name="version">The version to write, for a plan that is saved.</param>
    /// <param name="depth">How deep it is nested.</param>
    public static PlanDocument From(TaskPlan plan, int? version, int depth) => depth > DeepestPlan
        ? throw new InvalidPlanException(new PlanRefusal([new PlanDiagnostic(PlanDiagnosticCode.TooLarge, "/subtasks", $"Plans are nested more than {DeepestPlan} levels deep.", "Make a flatter plan.")]))
        : new()
        {
            Version = version,
            Goal = plan.Goal.Length == 0 ? null : plan.Goal,
            Subtasks = [.. plan.Subtasks.Select(subtask => SubtaskDocument.From(subtask, depth))],
        };

    /// <summary>The plan, where it was written by this library.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public TaskPlan ToPlan()
    {
        List<PlanDiagnostic> diagnostics = [];
        TaskPlan plan = ToPlan(diagnostics);
        return diagnostics.Count == 0 ? plan : throw new JsonException(diagnostics[0].ToString());
    }

    /// <summary>The plan, and in <paramref name="diagnostics"/> what JSON can say but a plan cannot.</summary>
    public TaskPlan ToPlan(ICollection<PlanDiagnostic> diagnostics, string place = "")
    {
        if (Version is { } version)
        {
            Check(version, place, diagnostics);
        }

        List<Subtask> subtasks = new(Subtasks.Count);
        for (int i = 0; i < Subtasks.Count; i++)
        {
            string path = $"{place}/subtasks/{i}";
            if (Subtasks[i] is { } document)
            {
                subtasks.Add(document.ToSubtask(path, diagnostics));
            }
            else
            {
                diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.Malformed, path, "A subtask is null.", "Remove it."));
                subtasks.Add(new Subtask { Id = "", TaskType = "" });
            }
        }

        return new TaskPlan { Goal = Goal ?? "", Subtasks = subtasks };
    }

    private static void Check(int version, string place, ICollection<PlanDiagnostic> diagnostics)
    {
        string path = $"{place}/version";
        if (place.Length > 0)
        {
            diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.Malformed, path, "A plan within a plan has no version of its own.", "Leave it out."));
        }
        else if (PlanVersion.WhyUnreadable(version, path) is { } reason)
        {
            diagnostics.Add(reason);
        }
    }
}
