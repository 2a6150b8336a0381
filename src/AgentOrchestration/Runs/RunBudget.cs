using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>
/// What a run may use. An attempt reserves what its task type expects to use before it starts, and what it really used is counted when it
/// ends; so a run goes over its budget by at most what the attempts running at that moment use beyond what they expected.
/// </summary>
public sealed record RunBudget
{
    /// <summary>How many attempts may start, over all subtasks. Default: no limit.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How many tokens chat calls may use, input and output together. Default: no limit.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>What the run may cost, in the application's own unit. Default: no limit.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>How long after its start the run may start something; time passes also while nobody drives it. Default: no limit.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>What happens when one of them is used up. Default: the run stops.</summary>
    public BudgetAction WhenExhausted { get; init; }
}
