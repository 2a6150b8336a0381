namespace AgentOrchestration.Testing.Simulation;

/// <summary>Why a run cannot be simulated any further.</summary>
internal sealed record SimulationDefect(string What, Exception? Thrown = null);
