namespace AgentOrchestration.Runs.Events;

/// <summary>The run has got another budget. What it has used already counts against it.</summary>
/// <param name="Budget">The budget from now on.</param>
public sealed record BudgetExtended(RunBudget Budget) : RunEvent;
