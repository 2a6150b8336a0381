namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// Additions in an order in which everything can wait without a cycle: who waits for a level waits for all levels before it.
/// </summary>
/// <param name="Members">By level, the additions. Those of level 0 come after nobody who waits, and everybody waits for them.</param>
/// <param name="Waiters">By level, those that wait for the additions up to it, and not for later ones; empty for level 0.</param>
internal sealed record WaitLevels(IReadOnlyList<int[]> Members, IReadOnlyList<EndWaiter[]> Waiters);
