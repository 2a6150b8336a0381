using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Execution.Run;

/// <summary>The built-in executor: runs in this process, on its thread pool.</summary>
internal sealed class LocalExecutor : IExecutor
{
    private readonly TaskMiddleware[] _middleware;

    internal LocalExecutor(
        IServiceScopeFactory scopes,
        WaitingRoom room,
        RunOrdering ordering,
        TimeProvider timeProvider,
        PayloadSerializer serializer,
        IEnumerable<TaskMiddleware> middleware,
        IEnumerable<IRunEventSink> sinks,
        ILogger<LocalExecutor> logger,
        IResultCache? cache = null)
    {
        Scopes = scopes;
        Room = room;
        Ordering = ordering;
        TimeProvider = timeProvider;
        Serializer = serializer;
        Faithful = new FaithfulJson(serializer.Options);
        Sinks = [.. sinks];
        Logger = logger;
        Cache = cache;
        Flights = new Flights(timeProvider);
        _middleware = [.. middleware];
        Pipeline = _middleware.Reverse().Aggregate(
            (TaskDelegate)InvokeHandlerAsync,
            (next, outer) => (context, cancellationToken) => outer.InvokeAsync(context, next, cancellationToken));
    }

    /// <summary>Where the work happens.</summary>
    internal WorkerPool Workers { get; init; } = WorkerPool.Shared;

    /// <summary>The objects of resources; <see langword="null"/> when there are none.</summary>
    internal ResourceObjects? Objects { get; init; }

    /// <summary>How the leases of durable runs are held.</summary>
    internal LeaseTerms Leases { get; init; } = LeaseTerms.Of(RunOptions.DefaultLeaseDuration);

    /// <summary>The endpoints to which calls can be deferred.</summary>
    internal IReadOnlyList<DeferringEndpoint> Deferring { get; init; } = [];

    /// <summary>The gates before endpoints, where calls can be deferred at all.</summary>
    internal IReadOnlyList<ModelEndpoint> Endpoints { get; init; } = [];

    /// <summary>The prices of models; <see langword="null"/> when there are none.</summary>
    internal PriceTable? Prices { get; init; }

    /// <summary>The runs of this process.</summary>
    internal LiveRuns Live { get; init; } = new();

    /// <summary>Where runs are remembered; <see langword="null"/> when they live in memory only.</summary>
    internal IRunStore? Store { get; init; }

    /// <summary>The secrets of the application; <see langword="null"/> when it has none.</summary>
    internal ISecretProvider? Secrets { get; init; }

    /// <summary>The task types, for what is remembered of them.</summary>
    internal ITaskTypeRegistry? TaskTypes { get; init; }

    internal IServiceScopeFactory Scopes { get; }

    private LeaseRenewal Renewal => LazyInitializer.EnsureInitialized(ref field, () => new LeaseRenewal(Workers, Leases.Duration, TimeProvider));

    /// <summary>The commands to the runs of this process; <see langword="null"/> when its store has no inbox.</summary>
    internal CommandInbox? Inbox => field ??= Store?.Inbox is { } inbox ? new CommandInbox(this, inbox) : null;

    /// <summary>The ledger, and where runs wait for it.</summary>
    internal WaitingRoom Room { get; }

    internal TimeProvider TimeProvider { get; }

    internal PayloadSerializer Serializer { get; }

    /// <summary>Finds out whether an output comes back from its JSON as it was.</summary>
    internal FaithfulJson Faithful { get; }

    internal IReadOnlyList<IRunEventSink> Sinks { get; }

    internal ILogger Logger { get; }

    /// <summary>Which attempts of cacheable work run now.</summary>
    internal Flights Flights { get; }

    internal IResultCache? Cache { get; }

    /// <summary>All middleware around the handler, composed once.</summary>
    internal TaskDelegate Pipeline { get; }

    /// <summary>Whether any middleware does anything at the moment.</summary>
    internal bool HasActiveMiddleware
    {
        get
        {
            foreach (TaskMiddleware middleware in _middleware)
            {
                if (middleware.IsActive)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>In which order ready subtasks start.</summary>
    internal RunOrdering Ordering { get; }

    /// <inheritdoc/>
    public ExecutorFeatures Features => ExecutorFeatures.All;

    /// <inheritdoc/>
    public async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParallelism, 1, nameof(options));
        cancellationToken.ThrowIfCancellationRequested();
        options = NestedDeadline.Inherit(options, TimeProvider);
        await CallerContext.Leave();
        SubtaskOrder order = await Ordering.OrderAsync(graph, options.MaxParallelism, cancellationToken).ConfigureAwait(false);
        RunJournal? journal = Store is null ? null : await CreateJournalAsync(Store, RunHeader.Of(graph.Plan, options, TaskTypes!), options, cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2000 // The run is returned, or disposed of when it does not start.
        return await StartAsync(new LocalRun(this, graph, options, order, journal), options, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA2000
    }

    /// <inheritdoc/>
    /// <remarks>A durable run has a complete plan: what was paid for belongs in a journal under a plan that can be resumed.</remarks>
    public IOpenRun? TryStartOpen(TaskGraph empty, RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(empty);
        ArgumentNullException.ThrowIfNull(options);
        if (Store is not null)
        {
            return null;
        }

        var run = new LocalRun(this, empty, NestedDeadline.Inherit(options, TimeProvider), SubtaskOrder.CriticalPathFirst);
        run.StartOpen();
        return run;
    }

    /// <inheritdoc/>
    public async ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, RunReuse reuse, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxParallelism, 1, nameof(options));
        ArgumentNullException.ThrowIfNull(reuse);
        if (Store is null && reuse is { Results: null, Ended: null })
        {
            throw NotRemembered();
        }

        options = NestedDeadline.Inherit(options, TimeProvider);
        await CallerContext.Leave();
        ReusableResults reusable = Store is null ? ReusableResults.Of(reuse, graph) : await ReusableResults.ReadAsync(this, graph, reuse, cancellationToken).ConfigureAwait(false);
        SubtaskOrder order = await Ordering.OrderAsync(graph, options.MaxParallelism, cancellationToken).ConfigureAwait(false);
        RunJournal? journal = Store is null ? null
            : await CreateJournalAsync(Store, RunHeader.Of(graph.Plan, options, TaskTypes!) with { MadeFrom = reuse.RunId, Rerun = reuse.Rerun }, options, cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2000 // The run is returned, or disposed of when it does not start.
        return await StartAsync(new LocalRun(this, graph, options, order, journal, reusable), options, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA2000
    }

    /// <inheritdoc/>
    public async ValueTask<IRunHandle> ResumeAsync(RunResumption run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentOutOfRangeException.ThrowIfLessThan(run.Options.MaxParallelism, 1, nameof(run));
        if (Store is null)
        {
            throw NotRemembered();
        }

        TaskGraph graph = run.Graph;
        RunOptions options = NestedDeadline.Inherit(run.Options, TimeProvider);
        await CallerContext.Leave();
        RunJournal journal = JournalOf(Store, run.Lease, run.LeaseAskedAt);
        LocalRun resumed;
        IReadOnlyList<RunCommand> sent;
        try
        {
            ReusableResults? reusable = run.Reuse is null ? null : await ReusableResults.ReadAsync(this, graph, run.Reuse, cancellationToken).ConfigureAwait(false);
            SubtaskOrder order = await Ordering.OrderAsync(graph, options.MaxParallelism, cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2000 // The run is returned, or disposed of when it does not go on.
            resumed = new LocalRun(this, graph, options, order, journal, reusable);
#pragma warning restore CA2000
            await resumed.ReplayAsync(Store, TaskTypes!, cancellationToken).ConfigureAwait(false);
            sent = Inbox is null ? [] : await Inbox.ReadAsync(run.Lease.RunId, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await journal.CloseAsync().ConfigureAwait(false);
            throw;
        }

        resumed.Resume(sent);
        return await WrittenAsync(resumed, isWanted: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A durable run has started when that is in its journal.</summary>
    private static async ValueTask<IRunHandle> StartAsync(LocalRun run, RunOptions options, CancellationToken cancellationToken)
    {
        run.Start();
        return await WrittenAsync(run, isWanted: options.RunId is not null, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="run">The run.</param>
    /// <param name="isWanted">Whether others may ask for the run by its id when this caller has cancelled.</param>
    /// <param name="cancellationToken">Cancels the waiting.</param>
    private static async ValueTask<IRunHandle> WrittenAsync(LocalRun run, bool isWanted, CancellationToken cancellationToken)
    {
        try
        {
            await run.WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
            return run;
        }
        catch (Exception exception)
        {
            if (!isWanted && exception is OperationCanceledException)
            {
                // Nobody has it, so nobody is to continue it.
                await run.TryCancelAsync().ConfigureAwait(false);
            }

            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<RunJournal> CreateJournalAsync(IRunStore store, RunHeader header, RunOptions options, CancellationToken cancellationToken)
    {
        string runId = options.RunId ?? Workers.NewRunId();
        long askedAt = TimeProvider.GetTimestamp();
        RunLease lease = await store.CreateAsync(header.ToNewRun(runId, TimeProvider.GetUtcNow()), Leases.Owner, Leases.Duration, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is a run of the id '{Excerpt.Of(runId)}' already.");
        return JournalOf(store, lease, askedAt);
    }

    private RunJournal JournalOf(IRunStore store, RunLease lease, long askedAt) =>
        new(store, new HeldLease(store, lease, askedAt, Leases.Duration, TimeProvider), Renewal, TimeProvider);

    /// <summary>Finds the batches of a model's endpoint.</summary>
    /// <summary>What calls that were deferred would use at the model's endpoint.</summary>
    internal EndpointLoad LoadOf(DeferrableCalls calls) =>
        Endpoints.FirstOrDefault(known => known.Name == calls.Endpoint.Name)?.LoadOf(calls.Deferred, calls.Model.Length == 0 ? null : calls.Model, calls.TaskType) ?? default;

    /// <summary>How long an endpoint needs for what is left; zero when nothing is known of it.</summary>
    internal TimeSpan TimeAt(string endpoint, EndpointLoad load) => Endpoints.FirstOrDefault(known => known.Name == endpoint)?.TimeFor(load) ?? TimeSpan.Zero;

    internal DeferringEndpoint? FindDeferring(string endpoint)
    {
        foreach (DeferringEndpoint known in Deferring)
        {
            if (known.Name == endpoint)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Gets why no run continues here: the host has shut down, or the container was disposed of. Asked when code has failed: it may have failed because of that.</summary>
    internal string? WhyShutDown()
    {
        if (Live.IsStopped)
        {
            return LiveRuns.HostHasShutDown;
        }

        try
        {
            Scopes.CreateScope().Dispose();
            return null;
        }
        catch (ObjectDisposedException)
        {
            return "the services of its application were disposed of.";
        }
        catch (Exception)
        {
            // A container of another make has its own troubles.
            return null;
        }
    }

    private static InvalidOperationException NotRemembered() => new("Runs are not remembered: call UseSqlite(…) or UseRunStore(…).");

    private static ValueTask<object?> InvokeHandlerAsync(TaskContext context, CancellationToken cancellationToken) =>
        context.TaskType.Invoker.InvokeAsync(context.Input, context, cancellationToken);
}
