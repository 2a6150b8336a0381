using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Finds the limits of each subtask's attempts, and whether it has to be approved.</summary>
internal static class PolicyCheck
{
    /// <returns>By index, the policy of a subtask whose task type is known.</returns>
    public static AttemptPolicy[] Run(TaskPlan plan, TaskDescriptor?[] types, Func<Subtask, TaskDescriptor, bool>? approvalRule, PlanReport report)
    {
        var policies = new AttemptPolicy[plan.Subtasks.Count];
        for (int i = 0; i < policies.Length; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            if (subtask.Policy is { } own && PolicyRules.WhyInvalid(own) is { } reason)
            {
                report.Add(PlanDiagnosticCode.InvalidPolicy, i, "/policy", reason, "Correct the policy, or leave it out.");
            }

            if (types[i] is not { } type)
            {
                continue;
            }

            bool mustBeApproved = subtask.Policy?.RequiresApproval is null && approvalRule is { } rule && MustBeApproved(rule, subtask, type, i, report);
            policies[i] = subtask.Policy is null && !mustBeApproved ? type.Policy : new AttemptPolicy(type, subtask.Policy);
            if (mustBeApproved)
            {
                policies[i] = policies[i].WithApproval();
            }

            if (type.Options.Batch.Key is { } keyOf && policies[i].Batch is not null)
            {
                policies[i] = policies[i].With(new BatchGroup(type, KeyOf(keyOf, subtask, type, i, report)));
            }
        }

        return policies;
    }

    private static string? KeyOf(Func<Subtask, string> keyOf, Subtask subtask, TaskDescriptor type, int index, PlanReport report)
    {
        try
        {
            return keyOf(subtask);
        }
        catch (Exception exception)
        {
            report.AddFailedRule($"the batch key of '{type.Name}'", exception, index);
            return null;
        }
    }

    private static bool MustBeApproved(Func<Subtask, TaskDescriptor, bool> rule, Subtask subtask, TaskDescriptor type, int index, PlanReport report)
    {
        try
        {
            return rule(subtask, type);
        }
        catch (Exception exception)
        {
            report.AddFailedRule("RequiresApproval", exception, index);
            return true;
        }
    }
}
