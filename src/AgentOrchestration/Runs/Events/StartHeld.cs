namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that a ready subtask is not started yet although it could be. It holds nothing meanwhile. Reported once for each wait.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Until">Until when at most; most are started before.</param>
public sealed record StartHeld(HoldReason Reason, DateTimeOffset Until) : SubtaskEvent;
