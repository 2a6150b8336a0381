using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Finds what each subtask holds while it runs: resources, and a place of a limit. What can never be met is an error.</summary>
internal sealed class NeedsCheck(IResourceManager resources)
{
    /// <returns>By index, the needs of a subtask.</returns>
    public ResourceRequirements[] Run(TaskPlan plan, TaskDescriptor?[] types, PlanReport report)
    {
        NearestNames? known = null;
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
                        $"It needs '{Excerpt.Of(need.Name)}', but there is no such resource.",
                        $"Use one of: {(report.IsFull ? "the declared ones" : (known ??= new NearestNames([.. resources.Snapshot().Select(pool => pool.Name)])).Of(need.Name))}; or declare it with AddResource.");
                }
                else if (need.Amount > capacity)
                {
                    report.Add(
                        PlanDiagnosticCode.ResourceNeedsAboveCapacity, i, "/resources",
                        $"It needs {need.Amount} of '{need.Name}', but there is {capacity} in all, so it could never start.",
                        $"Need at most {capacity}, or raise the capacity.");
                }
            }

            if (types[i] is { Options.MaxConcurrency: not null } type)
            {
                needs[i] = WithLimit(needs[i], type, plan.Subtasks[i], i, report);
            }
        }

        return needs;
    }

    private static ResourceRequirements WithLimit(ResourceRequirements needs, TaskDescriptor type, Subtask subtask, int index, PlanReport report)
    {
        try
        {
            return needs.Union(ConcurrencyLimit.Of(type, subtask));
        }
        catch (Exception exception)
        {
            report.AddFailedRule($"ConcurrencyKey of '{type.Name}'", exception, index);
            return needs;
        }
    }
}
