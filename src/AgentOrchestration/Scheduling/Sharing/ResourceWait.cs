namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>Describes the waits of runs for a pool.</summary>
/// <param name="Runs">Of how many runs something waits for it now.</param>
/// <param name="Waited">How long runs have waited for it since the application started, added up; each run counts once, however much of it waits.</param>
public readonly record struct ResourceWait(int Runs, TimeSpan Waited);
