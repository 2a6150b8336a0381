using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// Compares what a plan asks for with what an executor supports: an approval that nobody asks for, or a condition that nobody evaluates, must
/// not be ignored silently.
/// </summary>
internal static class ExecutorSupport
{
    /// <exception cref="InvalidPlanException">The plan or its options need what the executor does not support.</exception>
    public static void ThrowIfAnyIsMissing(TaskGraph graph, RunOptions options, IExecutor executor)
    {
        if (WhatIsMissing(graph, options, executor) is { Count: > 0 } missing)
        {
            throw new InvalidPlanException(new PlanRefusal(missing) { Plan = graph.Plan });
        }
    }

    /// <returns>A diagnostic for each thing that a subtask or the run asks for and the executor does not support.</returns>
    public static IReadOnlyList<PlanDiagnostic> WhatIsMissing(TaskGraph graph, RunOptions options, IExecutor executor)
    {
        ExecutorFeatures features = executor.Features;
        if (features.HasFlag(ExecutorFeatures.All))
        {
            return [];
        }

        List<PlanDiagnostic> missing = [];
        for (int index = 0; index < graph.Count; index++)
        {
            foreach ((ExecutorFeatures feature, string what) in Of(graph, index))
            {
                Add(feature, $"/{PropertyNames.Subtasks}/{index}", $"'{graph.Subtasks[index].Id}' {what}");
            }
        }

        if (options.Budget is not null)
        {
            Add(ExecutorFeatures.Budgets, "", "The run has a budget");
        }

        if (options.FailurePolicy == FailurePolicy.Compensate)
        {
            Add(ExecutorFeatures.Compensation, "", "The run compensates its work when it fails");
        }

        if (options.Timeout is not null)
        {
            Add(ExecutorFeatures.TimeLimits, "", "The run has a time limit");
        }

        if (options.ApprovalTimeout is not null)
        {
            Add(ExecutorFeatures.TimeLimits, "", "The run has a time limit for approvals");
        }

        if (options.RunId is not null)
        {
            Add(ExecutorFeatures.RunIds, "", "The run has an id of the caller's own");
        }

        if (options.Priority != 0)
        {
            Add(ExecutorFeatures.Priorities, "", "The run has a priority");
        }

        return missing;

        void Add(ExecutorFeatures feature, string path, string what)
        {
            if (!features.HasFlag(feature))
            {
                missing.Add(new PlanDiagnostic(
                    PlanDiagnosticCode.NotSupportedByExecutor, path,
                    $"{what}, which the executor {executor.GetType().Name} does not support.",
                    $"Use an executor that supports {nameof(ExecutorFeatures)}.{feature}, or do without it."));
            }
        }
    }

    private static IEnumerable<(ExecutorFeatures Feature, string What)> Of(TaskGraph graph, int index)
    {
        Subtask subtask = graph.Subtasks[index];
        AttemptPolicy policy = graph.GetPolicy(index);
        if (policy.RequiresApproval)
        {
            yield return (ExecutorFeatures.Approvals, "requires an approval");
        }

        if (policy.MaxAttempts > 1)
        {
            yield return (ExecutorFeatures.Retries, $"may be attempted {policy.MaxAttempts} times");
        }

        if (policy.HasTimeLimit)
        {
            yield return (ExecutorFeatures.TimeLimits, "has a time limit");
        }

        if (policy.Fallback is not null)
        {
            yield return (ExecutorFeatures.Fallbacks, "has a fallback");
        }

        if (subtask.Condition is not null)
        {
            yield return (ExecutorFeatures.Conditions, "has a condition");
        }

        if (subtask.OptionalDependsOn.Count > 0)
        {
            yield return (ExecutorFeatures.OptionalDependencies, "has an optional dependency");
        }

        if (subtask.IsForEach)
        {
            yield return (ExecutorFeatures.Lists, "runs once for each item of a list");
        }

        if (subtask.Plan is not null)
        {
            yield return (ExecutorFeatures.NestedPlans, "is a nested plan");
        }

        if (!graph.GetResources(index).IsNone)
        {
            yield return (ExecutorFeatures.Resources, "requires resources, or its task type limits its concurrency");
        }

        if (subtask.Arguments is { } arguments && SecretRef.CountIn(arguments) > 0)
        {
            yield return (ExecutorFeatures.Secrets, "refers to a secret");
        }
    }
}
