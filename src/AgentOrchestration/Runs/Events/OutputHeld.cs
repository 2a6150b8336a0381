namespace AgentOrchestration.Runs.Events;

/// <summary>
/// Reports that an attempt that started early has returned an output. Nobody sees it until its subtask waits for nothing any longer; then the subtask succeeds with it.
/// </summary>
/// <param name="Attempt">The number of the attempt.</param>
public sealed record OutputHeld(int Attempt) : SubtaskEvent;
