using AgentOrchestration.Plans;

namespace AgentOrchestration.Graph;

/// <summary>Checks ids and dependencies, and turns them into indices. A dependency named twice counts once.</summary>
internal sealed class DependencyCheck(TaskPlan plan, PlanReport report)
{
    private readonly Dictionary<string, int> _indices = new(plan.Subtasks.Count, StringComparer.Ordinal);

    public int? IndexOf(string id) => _indices.TryGetValue(id, out int index) ? index : null;

    /// <returns>Of each subtask the indices of those it waits for, each once; what could not be found is left out and reported.</returns>
    public int[][] Run()
    {
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            CheckId(i, plan.Subtasks[i].Id);
        }

        return [.. Enumerable.Range(0, plan.Subtasks.Count).Select(DependenciesOf)];
    }

    private void CheckId(int subtask, string id)
    {
        if (!SubtaskId.IsValid(id))
        {
            report.Add(
                PlanDiagnosticCode.InvalidId, subtask, "/id",
                "The id is ill-formed.",
                $"Use 1 to {SubtaskId.MaxLength} of A-Z a-z 0-9 _ -.");
        }

        if (!_indices.TryAdd(id, subtask))
        {
            report.Add(
                PlanDiagnosticCode.DuplicateId, subtask, "/id",
                $"The subtask /subtasks/{_indices[id]} has the same id.",
                "Give each subtask an id of its own.");
        }
    }

    private int[] DependenciesOf(int subtask)
    {
        IReadOnlyList<string> named = plan.Subtasks[subtask].DependsOn;
        if (named.Count == 0)
        {
            return [];
        }

        List<int> dependencies = new(named.Count);
        HashSet<int> seen = new(named.Count);
        for (int i = 0; i < named.Count; i++)
        {
            if (IndexOf(named[i]) is not { } dependency)
            {
                report.Add(
                    PlanDiagnosticCode.UnknownDependency, subtask, $"/dependsOn/{i}",
                    $"It depends on '{named[i]}', which is no subtask of the plan.",
                    "Name the id of a subtask, or remove the dependency.");
            }
            else if (dependency == subtask)
            {
                report.Add(
                    PlanDiagnosticCode.SelfDependency, subtask, $"/dependsOn/{i}",
                    "It depends on itself.",
                    "Remove the dependency.");
            }
            else if (seen.Add(dependency))
            {
                dependencies.Add(dependency);
            }
        }

        return [.. dependencies];
    }
}
