namespace AgentOrchestration.Plans;

/// <summary>A plan as it stands in JSON: what a model writes and what is stored.</summary>
internal sealed class PlanDocument
{
    public string? Goal { get; init; }

    public required IReadOnlyList<SubtaskDocument?> Subtasks { get; init; }

    public static PlanDocument From(TaskPlan plan) => new()
    {
        Goal = plan.Goal.Length == 0 ? null : plan.Goal,
        Subtasks = [.. plan.Subtasks.Select(SubtaskDocument.From)],
    };

    /// <summary>The plan, and in <paramref name="diagnostics"/> what JSON can say but a plan cannot.</summary>
    public TaskPlan ToPlan(ICollection<PlanDiagnostic> diagnostics, string place = "")
    {
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
            }
        }

        return new TaskPlan { Goal = Goal ?? "", Subtasks = subtasks };
    }
}
