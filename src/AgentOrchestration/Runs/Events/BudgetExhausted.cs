namespace AgentOrchestration.Runs.Events;

/// <summary>Nothing more can start within the budget.</summary>
/// <param name="Limit">The part of it that is used up.</param>
public sealed record BudgetExhausted(BudgetLimit Limit) : RunEvent;
