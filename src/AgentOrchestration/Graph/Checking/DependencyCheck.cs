using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Checks ids and dependencies, and turns them into indices. A dependency named twice counts once.</summary>
/// <param name="plan">The subtasks.</param>
/// <param name="report">Receives what is wrong.</param>
/// <param name="surroundings">Where the subtasks are added, or nothing.</param>
internal sealed class DependencyCheck(TaskPlan plan, PlanReport report, GrowthScope surroundings)
{
    private readonly Dictionary<string, int> _indices = new(plan.Subtasks.Count, StringComparer.Ordinal);

    /// <summary>Dependencies that may end in any way; <see langword="null"/> when there are none.</summary>
    public HashSet<(int Dependency, int Subtask)>? Optional { get; private set; }

    public int? IndexOf(string id) =>
        !surroundings.HidesSiblings && _indices.TryGetValue(id, out int index) ? surroundings.Offset + index : surroundings.IndexOf(id);

    /// <returns>Of each subtask the indices of those it waits for, each once; what could not be found is left out and reported.</returns>
    public int[][] Run()
    {
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            CheckId(i, plan.Subtasks[i].Id);
        }

        int[][] dependencies = new int[plan.Subtasks.Count][];
        for (int i = 0; i < dependencies.Length; i++)
        {
            dependencies[i] = DependenciesOf(i);
        }

        return dependencies;
    }

    private void CheckId(int subtask, string id)
    {
        if (!SubtaskId.IsValid(id))
        {
            report.Add(
                PlanDiagnosticCode.InvalidId, subtask, "/id",
                "The id is malformed.",
                $"Use 1 to {SubtaskId.MaxLength} of A-Z a-z 0-9 _ -.");
        }

        if (!_indices.TryAdd(id, subtask) || surroundings.DraftedPositionOf(id) is not null)
        {
            int other = surroundings.DraftedPositionOf(id) - surroundings.DraftedCount ?? _indices[id];
            report.Add(
                PlanDiagnosticCode.DuplicateId, subtask, "/id",
                $"The subtask {report.PlaceOf(other)} has the same id.",
                "Give each subtask an id of its own.");
        }
    }

    private int[] DependenciesOf(int subtask)
    {
        Subtask checkedSubtask = plan.Subtasks[subtask];
        if (checkedSubtask.DependsOn.Count == 0 && checkedSubtask.OptionalDependsOn.Count == 0)
        {
            return surroundings.Always;
        }

        List<int> dependencies = [.. surroundings.Always];
        HashSet<int> seen = [.. surroundings.Always];
        Find(subtask, checkedSubtask.DependsOn, "dependsOn", dependency =>
        {
            if (seen.Add(dependency))
            {
                dependencies.Add(dependency);
            }
        });

        // Needed beats optional: what is named both ways is needed.
        Find(subtask, checkedSubtask.OptionalDependsOn, "optionalDependsOn", dependency =>
        {
            if (seen.Add(dependency))
            {
                dependencies.Add(dependency);
                (Optional ??= []).Add((dependency, surroundings.Offset + subtask));
            }
        });
        return [.. dependencies];
    }

    private void Find(int subtask, IReadOnlyList<string> named, string property, Action<int> onFound)
    {
        for (int i = 0; i < named.Count; i++)
        {
            if (IndexOf(named[i]) is not { } dependency)
            {
                report.Add(
                    PlanDiagnosticCode.UnknownDependency, subtask, $"/{property}/{i}",
                    $"It depends on '{Excerpt.Of(named[i])}', which is not a subtask of the plan.",
                    "Name the id of a subtask, or remove the dependency.");
            }
            else if (dependency == surroundings.Offset + subtask)
            {
                report.Add(
                    PlanDiagnosticCode.SelfDependency, subtask, $"/{property}/{i}",
                    "It depends on itself.",
                    "Remove the dependency.");
            }
            else
            {
                onFound(dependency);
            }
        }
    }
}
