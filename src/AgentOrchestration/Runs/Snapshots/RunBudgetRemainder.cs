using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>What a run has left of its budget, for the run that goes on in its place.</summary>
internal static class RunBudgetRemainder
{
    /// <returns>The rest, or <see langword="null"/> when a part of it is used up.</returns>
    public static RunBudget? Of(RunBudget budget, RunSnapshot run)
    {
        TaskUsage used = run.Usage;
        var rest = budget with
        {
            MaxAttempts = budget.MaxAttempts - run.Subtasks.Sum(subtask => subtask.Attempts),
            MaxTokens = budget.MaxTokens - used.Tokens,
            MaxCost = budget.MaxCost - used.Cost,
            MaxTime = budget.MaxTime - ((run.EndedAt ?? run.StartedAt) - run.StartedAt),
        };
        return BudgetRules.WhyInvalid(rest) is null ? rest : null;
    }
}
