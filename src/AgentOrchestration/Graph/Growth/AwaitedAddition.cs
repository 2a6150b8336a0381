namespace AgentOrchestration.Graph.Growth;

/// <summary>An added subtask that another waits for, because it depends on what added it.</summary>
/// <param name="Added">The index of the added subtask.</param>
/// <param name="Waiter">The index of the subtask that waits.</param>
/// <param name="IsOptional">Whether the waiter continues however the added subtask ends.</param>
internal readonly record struct AwaitedAddition(int Added, int Waiter, bool IsOptional);
