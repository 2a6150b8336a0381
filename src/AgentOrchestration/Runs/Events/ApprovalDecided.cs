namespace AgentOrchestration.Runs.Events;

/// <summary>Somebody has approved or rejected a subtask. A rejected subtask fails.</summary>
/// <param name="IsApproved">Which of both.</param>
/// <param name="By">Who, as given; <see langword="null"/> when it was not given.</param>
/// <param name="Reason">Why, as given; <see langword="null"/> when it was not given.</param>
public sealed record ApprovalDecided(bool IsApproved, string? By, string? Reason) : SubtaskEvent;
