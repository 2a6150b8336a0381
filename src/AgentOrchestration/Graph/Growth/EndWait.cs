namespace AgentOrchestration.Graph.Growth;

/// <summary>A wait that comes with a growth.</summary>
/// <param name="End">What is waited for.</param>
/// <param name="Waiter">The subtask that waits.</param>
internal readonly record struct EndWait(AdditionEnd End, EndWaiter Waiter);
