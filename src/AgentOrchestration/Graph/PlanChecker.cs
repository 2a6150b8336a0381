using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>Turns a plan into a frozen graph, or says everything that is wrong with it.</summary>
internal sealed class PlanChecker(ITaskTypeRegistry taskTypes, IResourceManager resources, PayloadSerializer serializer)
{
    private static readonly TimeSpan LongestEstimate = TimeSpan.FromDays(366);

    /// <returns>The graph, or <see langword="null"/> when there are diagnostics.</returns>
    public TaskGraph? Check(TaskPlan plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var report = new PlanReport(plan);
        diagnostics = report.Diagnostics;
        if (plan.Subtasks.Count == 0)
        {
            report.AddForPlan(PlanDiagnosticCode.Empty, "The plan has no subtasks.", "Add at least one.");
            return null;
        }

        var dependencyCheck = new DependencyCheck(plan, report);
        int[][] dependencies = dependencyCheck.Run();
        TaskDescriptor?[] types = FindTaskTypes(plan, report);
        ResourceRequirements[] needs = CheckNeeds(plan, types, report);
        InputBinding?[] inputs = new InputCheck(plan, report, taskTypes, serializer, types, dependencies, dependencyCheck.IndexOf).Run();

        var successors = SuccessorGraph.FromDependencies(dependencies);
        bool acyclic = TopologicalOrder.TryCompute(successors, out int[] order);
        if (!acyclic)
        {
            ReportCycles(plan, successors, report);
        }

        return report.Diagnostics.Count > 0 || !acyclic
            ? null
            : new TaskGraph(plan, types!, inputs, needs, dependencies, successors, order);
    }

    private TaskDescriptor?[] FindTaskTypes(TaskPlan plan, PlanReport report)
    {
        var found = new TaskDescriptor?[plan.Subtasks.Count];
        for (int i = 0; i < found.Length; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            if (!taskTypes.TryGet(subtask.TaskType, out found[i]))
            {
                report.Add(
                    PlanDiagnosticCode.UnknownTaskType, i, "/type",
                    $"There is no task type '{subtask.TaskType}'.",
                    $"Use one of: {string.Join(", ", taskTypes.TaskTypes.Select(known => known.Name))}.");
            }

            if (subtask.EstimatedDuration is { } estimate && (estimate < TimeSpan.Zero || estimate > LongestEstimate))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidEstimate, i, "/estimatedMinutes",
                    $"The estimate is {subtask.EstimatedDuration}.",
                    $"Give a duration from 0 to {LongestEstimate.TotalDays} days, or leave it out.");
            }
        }

        return found;
    }

    private ResourceRequirements[] CheckNeeds(TaskPlan plan, TaskDescriptor?[] types, PlanReport report)
    {
        var needs = new ResourceRequirements[plan.Subtasks.Count];
        for (int i = 0; i < needs.Length; i++)
        {
            ResourceRequirements own = plan.Subtasks[i].Resources;
            needs[i] = types[i]?.Resources.Union(own) ?? own;
            foreach (ResourceAmount need in needs[i].Amounts)
            {
                long? capacity = resources.GetCapacity(need.Name);
                if (capacity is null)
                {
                    report.Add(
                        PlanDiagnosticCode.UnknownResource, i, "/resources",
                        $"It needs '{need.Name}', but there is no such resource.",
                        $"Use one of: {string.Join(", ", resources.Snapshot().Select(pool => pool.Name))}; or declare it with AddResource.");
                }
                else if (need.Amount > capacity)
                {
                    report.Add(
                        PlanDiagnosticCode.ResourceNeedsAboveCapacity, i, "/resources",
                        $"It needs {need.Amount} of '{need.Name}', but there is {capacity} in all, so it could never start.",
                        $"Need at most {capacity}, or raise the capacity.");
                }
            }
        }

        return needs;
    }

    private static void ReportCycles(TaskPlan plan, SuccessorGraph successors, PlanReport report)
    {
        foreach (IReadOnlyList<int> cycle in TopologicalOrder.FindCycles(successors))
        {
            string path = string.Join(" → ", cycle.Append(cycle[0]).Select(vertex => plan.Subtasks[vertex].Id));
            report.Add(
                PlanDiagnosticCode.Cycle, cycle[0], "/dependsOn",
                $"These subtasks wait for each other in a circle: {path}.",
                "Remove one of these dependencies.");
        }
    }
}
