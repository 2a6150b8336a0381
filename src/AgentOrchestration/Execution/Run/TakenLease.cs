using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>A lease that this process has taken of a run that it is to continue.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="AskedAt">The timestamp before it was asked for.</param>
internal sealed record TakenLease(RunLease Lease, long AskedAt);
