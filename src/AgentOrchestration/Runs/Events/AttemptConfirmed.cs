namespace AgentOrchestration.Runs.Events;

/// <summary>Reports that an attempt that started early, and still runs, counts like any other: its subtask waits for nothing any longer.</summary>
/// <param name="Attempt">The number of the attempt.</param>
public sealed record AttemptConfirmed(int Attempt) : SubtaskEvent;
