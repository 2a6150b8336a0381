namespace AgentOrchestration.Runs;

/// <summary>What a budget must keep to.</summary>
internal static class BudgetRules
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static string? WhyInvalid(RunBudget budget) =>
        budget.MaxAttempts < 1 ? $"Its attempts are {budget.MaxAttempts}; they must be at least 1."
        : budget.MaxTokens < 1 ? $"Its tokens are {budget.MaxTokens}; they must be at least 1."
        : budget.MaxCost <= 0 ? $"Its cost is {budget.MaxCost}; it must be greater than zero."
        : budget.MaxTime <= TimeSpan.Zero || budget.MaxTime > Longest ? $"Its time is {budget.MaxTime}; it must be greater than zero and at most {Longest}."
        : !Enum.IsDefined(budget.WhenExhausted) ? $"{budget.WhenExhausted} is not a valid action."
        : null;
}
