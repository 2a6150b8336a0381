using AgentOrchestration.Execution.Run;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration;

/// <summary>Takes the leases of stored runs for this process: of one that is asked for, or of as many as there is room for.</summary>
internal sealed class RunLeases(IRunStore store, LeaseTerms terms, TimeProvider timeProvider)
{
    /// <exception cref="InvalidOperationException">Another process drives the run.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public async Task<TakenLease> TakeAsync(string runId, CancellationToken cancellationToken)
    {
        long askedAt = timeProvider.GetTimestamp();
        return await store.AcquireLeaseAsync(runId, terms.Owner, terms.Duration, cancellationToken).ConfigureAwait(false) is { } lease
            ? new TakenLease(lease, askedAt)
            : throw await WhyNotFreeAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Claims runs that nobody drives.</summary>
    /// <param name="max">How many at most.</param>
    /// <param name="taskTypes">The task types of this process.</param>
    /// <param name="except">Runs that are not wanted now.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public async Task<IReadOnlyList<TakenLease>> ClaimAsync(int max, IReadOnlyCollection<string> taskTypes, IReadOnlyCollection<string> except, CancellationToken cancellationToken)
    {
        long askedAt = timeProvider.GetTimestamp();
        var claim = new RunClaim { Owner = terms.Owner, Duration = terms.Duration, Max = max, TaskTypes = taskTypes, Except = except };
        return [.. (await store.ClaimAsync(claim, cancellationToken).ConfigureAwait(false)).Select(lease => new TakenLease(lease, askedAt))];
    }

    /// <summary>Releases a lease of a run that is not continued here. When the store fails, it expires.</summary>
    public async Task ReleaseAsync(TakenLease taken)
    {
        try
        {
            await store.ReleaseLeaseAsync(taken.Lease, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever the store throws, others take it when it has expired.
        }
    }

    private async Task<Exception> WhyNotFreeAsync(string runId, CancellationToken cancellationToken) =>
        await store.FindAsync(runId, cancellationToken).ConfigureAwait(false) is not { } run ? new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId))
        : run.Lease is { } lease
            ? new InvalidOperationException($"The run {Excerpt.Of(runId)} is driven by {lease.Owner}, whose lease is renewed as long as it lives. Once it has died, the run is free at {lease.ExpiresAt:O}.")
            : new InvalidOperationException($"The run {Excerpt.Of(runId)} was driven by another process a moment ago; try again.");
}
