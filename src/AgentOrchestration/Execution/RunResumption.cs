using AgentOrchestration.Graph;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution;

/// <summary>A stored run that an executor is to continue, with the lease that gives it the right to.</summary>
/// <param name="Lease">The lease of the run. The executor renews it, and releases it at the end; when it refuses the run, its caller releases it.</param>
/// <param name="LeaseAskedAt">The timestamp of the application's <see cref="TimeProvider"/> before the lease was asked for: from then on it is valid for its duration.</param>
/// <param name="Graph">The plan of the run, checked again.</param>
/// <param name="Options">The options of the run, as they were.</param>
public sealed record RunResumption(RunLease Lease, long LeaseAskedAt, TaskGraph Graph, RunOptions Options)
{
    /// <summary>Gets what the run may reuse of another one.</summary>
    /// <value>The default value is <see langword="null"/>: nothing.</value>
    public RunReuse? Reuse { get; init; }
}
