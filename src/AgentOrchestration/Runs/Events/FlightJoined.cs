namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that a subtask waits for an attempt of another run of this process that does the same work now; it holds nothing meanwhile. When that attempt
/// does not succeed, or takes more than twice as long as nearly all such attempts, the subtask does the work itself.
/// </summary>
/// <param name="OwnerRunId">The id of the other run.</param>
/// <param name="OwnerSubtaskId">The id of its subtask.</param>
public sealed record FlightJoined(string OwnerRunId, string OwnerSubtaskId) : SubtaskEvent;
