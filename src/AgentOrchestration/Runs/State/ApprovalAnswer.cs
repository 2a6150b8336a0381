namespace AgentOrchestration.Runs.State;

/// <summary>Who decided about an approval, and why.</summary>
internal sealed record ApprovalAnswer(string? By, string? Reason);
