namespace AgentOrchestration.Graph.Growth;

/// <summary>A subtask that waits for the end of what another adds.</summary>
/// <param name="Subtask">The index of the subtask that waits.</param>
/// <param name="IsOptional">Whether it continues however the added subtasks end.</param>
internal readonly record struct EndWaiter(int Subtask, bool IsOptional);
