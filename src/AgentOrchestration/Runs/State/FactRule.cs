namespace AgentOrchestration.Runs.State;

/// <summary>Says whether a fact can follow in a run.</summary>
/// <param name="state">The state before the fact.</param>
/// <param name="fact">The fact; its subtask is one of the run.</param>
/// <returns>Why it cannot follow, or <see langword="null"/>.</returns>
internal delegate string? FactRule(RunState state, in RunFact fact);
