using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Resumes runs that are stored, and prepares the reuse of their results.</summary>
internal sealed class StoredRuns(PlanChecker checker, ITaskTypeRegistry taskTypes, RunStarter starter, LeaseTerms terms, TimeProvider timeProvider, IServiceProvider services)
{
    private RunLeases? _leases;

    /// <summary>Whether runs are stored.</summary>
    public bool IsAny => services.GetService<IRunStore>() is not null;

    /// <returns>What never changes about the run; <see langword="null"/> when there is no such run.</returns>
    /// <exception cref="InvalidOperationException">Runs are not stored.</exception>
    public async Task<RunHeader?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        IRunStore store = services.GetService<IRunStore>()
            ?? throw NotStored();
        return await store.ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false) is { } content ? RunHeader.Read(content, runId) : null;
    }

    /// <inheritdoc cref="FindAsync"/>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public async Task<RunHeader> GetAsync(string runId, CancellationToken cancellationToken) =>
        await FindAsync(runId, cancellationToken).ConfigureAwait(false) ?? throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId));

    /// <summary>Stores a run for a process that has room for it.</summary>
    /// <returns>Whether it is new; <see langword="false"/> when there is a run of that id.</returns>
    public async Task<bool> SubmitAsync(string runId, TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
    {
        IRunStore store = services.GetService<IRunStore>() ?? throw NotStored();
        return await store.SubmitAsync(RunHeader.Of(graph.Plan, options, taskTypes).ToNewRun(runId, timeProvider.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the lease of a run, and resumes it.</summary>
    /// <exception cref="InvalidOperationException">Runs are not stored, another process drives the run, or it cannot continue here.</exception>
    /// <exception cref="ArgumentException">There is no such run.</exception>
    public Task<OrchestrationRun> ResumeAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        return ResumeAsync(runId, taken: null, cancellationToken);
    }

    /// <summary>Resumes a run whose lease is taken, or releases it.</summary>
    public Task<OrchestrationRun> ResumeAsync(TakenLease taken, CancellationToken cancellationToken) => ResumeAsync(taken.Lease.RunId, taken, cancellationToken);

    /// <summary>The lease comes first: nobody else reads or checks what this process does.</summary>
    private async Task<OrchestrationRun> ResumeAsync(string runId, TakenLease? taken, CancellationToken cancellationToken)
    {
        try
        {
            return await starter.ResumeAsync(
                runId,
                async () => await PrepareAsync(taken ??= await Leases.TakeAsync(runId, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch when (taken is not null)
        {
            await ReleaseAsync(taken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Releases the lease of a run that is not continued here.</summary>
    public Task ReleaseAsync(TakenLease taken) => Leases.ReleaseAsync(taken);

    private async Task<RunResumption> PrepareAsync(TakenLease taken, CancellationToken cancellationToken)
    {
        string runId = taken.Lease.RunId;
        RunHeader header = await GetAsync(runId, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> changes = RunHeader.ChangesOf(header.TaskTypes, taskTypes);
        if (changes.Count > 0)
        {
            throw new InvalidOperationException(
                $"The run {Excerpt.Of(runId)} cannot continue, because task types have changed since it was started: {string.Join("; ", changes)}. Register them as they were, or start a new run.");
        }

        // When the run that it was made from is gone, or its plan no longer passes the checks, the rest of the work is simply done.
        RunReuse? reuse = header.MadeFrom is { } old && await FindAsync(old, cancellationToken).ConfigureAwait(false) is { } oldHeader
            && checker.Check(oldHeader.Plan, out _) is { } oldGraph
                ? ReuseOf(old, oldGraph, oldHeader, header.Rerun ?? [])
                : null;
        TaskGraph graph = checker.CheckToStart(header.Plan);
        RunOptions options = header.Options.ToOptions(runId);
        await ThrowIfNotSupportedAsync(runId, graph, options, cancellationToken).ConfigureAwait(false);
        return new RunResumption(taken.Lease, taken.AskedAt, graph, options) { Reuse = reuse };
    }

    private RunLeases Leases => LazyInitializer.EnsureInitialized(ref _leases, () => new RunLeases(services.GetService<IRunStore>() ?? throw NotStored(), terms, timeProvider));

    internal static InvalidOperationException NotStored() => new("Runs are not remembered: call UseSqlite(…) or UseRunStore(…).");

    /// <summary>A run may have been started with another executor. One that has ended is only read, which needs nothing, and an id is what it has.</summary>
    private async Task ThrowIfNotSupportedAsync(string runId, TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
    {
        if (!starter.Executor.Features.HasFlag(ExecutorFeatures.All)
            && await services.GetRequiredService<IRunStore>().FindAsync(runId, cancellationToken).ConfigureAwait(false) is { Outcome: null })
        {
            ExecutorSupport.ThrowIfAnyIsMissing(graph, new RunOptions(options) { RunId = null }, starter.Executor);
        }
    }

    /// <summary>What a new run may reuse of a stored one.</summary>
    public RunReuse ReuseOf(string runId, RunHeader header, IReadOnlyList<string> rerun) => ReuseOf(runId, checker.CheckToStart(header.Plan), header, rerun);

    private RunReuse ReuseOf(string runId, TaskGraph graph, RunHeader header, IReadOnlyList<string> rerun) => new(runId, graph)
    {
        Rerun = rerun,
        ChangedTaskTypes = [.. RunHeader.ChangedOf(header.TaskTypes, taskTypes)],
    };
}
