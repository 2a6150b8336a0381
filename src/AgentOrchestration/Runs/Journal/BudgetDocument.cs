using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Journal;

/// <summary>A budget as it appears in a journal, time in ticks.</summary>
internal sealed class BudgetDocument
{
    public int? MaxAttempts { get; init; }

    public long? MaxTokens { get; init; }

    public decimal? MaxCost { get; init; }

    public long? MaxTime { get; init; }

    [JsonConverter(typeof(EnumNames<BudgetAction>))]
    public required BudgetAction WhenExhausted { get; init; }

    public static BudgetDocument From(RunBudget budget) => new()
    {
        MaxAttempts = budget.MaxAttempts,
        MaxTokens = budget.MaxTokens,
        MaxCost = budget.MaxCost,
        MaxTime = budget.MaxTime?.Ticks,
        WhenExhausted = budget.WhenExhausted,
    };

    public RunBudget ToBudget() => new()
    {
        MaxAttempts = MaxAttempts,
        MaxTokens = MaxTokens,
        MaxCost = MaxCost,
        MaxTime = MaxTime is { } ticks ? new TimeSpan(ticks) : null,
        WhenExhausted = WhenExhausted,
    };
}
