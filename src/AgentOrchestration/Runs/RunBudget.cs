using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>
/// Limits what a run may use. An attempt reserves the expected usage of its task type before it starts, and its real usage is counted when it ends;
/// so a run exceeds its budget by at most what the attempts running at that moment use beyond their expectation.
/// </summary>
/// <example>
/// <code>
/// var options = new RunOptions { Budget = new RunBudget { MaxTokens = 100_000, MaxTime = TimeSpan.FromMinutes(5), WhenExhausted = BudgetAction.Finish } };
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, options, cancellationToken);
/// </code>
/// </example>
public sealed record RunBudget
{
    /// <summary>Gets the maximum number of attempts, over all subtasks.</summary>
    /// <value>The default value is <see langword="null"/>: no limit.</value>
    public int? MaxAttempts { get; init; }

    /// <summary>Gets the maximum number of tokens that chat calls may use, input and output together.</summary>
    /// <value>The default value is <see langword="null"/>: no limit.</value>
    public long? MaxTokens { get; init; }

    /// <summary>Gets the maximum cost of the run.</summary>
    /// <value>In the application's own unit. The default value is <see langword="null"/>: no limit.</value>
    public decimal? MaxCost { get; init; }

    /// <summary>Gets the time after the start of the run in which it may start attempts. It includes time in which nobody drives the run.</summary>
    /// <value>The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Gets what happens when one of the limits is reached.</summary>
    /// <value>The default value is <see cref="BudgetAction.Stop"/>.</value>
    public BudgetAction WhenExhausted { get; init; }
}
