using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>Renews or releases the lease of one run.</summary>
/// <param name="lease">The lease.</param>
/// <param name="duration">How long it is valid from now on, in ticks; <see langword="null"/> to release it.</param>
internal sealed class LeaseRequest(RunLease lease, long? duration) : WriteRequest<RunLease?>(lease.RunId, 0)
{
    public RunLease Lease { get; } = lease;

    public long? Duration { get; } = duration;
}
