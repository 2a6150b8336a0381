using System.Collections.Concurrent;
using System.Diagnostics;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

internal sealed class TaskOrchestrator(
    Planner planner,
    PlanChecker checker,
    ITaskTypeRegistry taskTypes,
    IExecutor executor,
    RunMonitor monitor,
    RunTracing tracing,
    Forecaster forecaster,
    LiveRuns liveRuns,
    WorkerPool workers,
    AgentOrchestrationOptions options,
    IServiceProvider services) : ITaskOrchestrator, IAsyncDisposable, IDisposable
{
    private readonly RunOptions _runOptions = options.ToRunOptions();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _resuming = new(StringComparer.Ordinal);

    /// <summary>The container is disposed of without a host, or after it: that is a shutdown. Of all services of the library this is the first to go.</summary>
    public async ValueTask DisposeAsync() => await liveRuns.StopAsync(CancellationToken.None).ConfigureAwait(false);

    public void Dispose() => liveRuns.StopAsync(CancellationToken.None).GetAwaiter().GetResult();

    public OrchestrationRun? Find(string runId)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return liveRuns.Find(runId) is { IsOpen: true } run ? new OrchestrationRun(run, services, Task.CompletedTask, isHolder: false) : null;
    }

    public async Task<TaskPlan> PlanAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await CallerContext.Leave();
        return (await planner.PlanAsync(request, cancellationToken).ConfigureAwait(false)).Plan;
    }

    public IReadOnlyList<PlanDiagnostic> Check(TaskPlan plan)
    {
        checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics);
        return diagnostics;
    }

    public Forecast Forecast(TaskPlan plan, IReadOnlyDictionary<string, int>? expectedItems = null) => forecaster.Of(GraphOf(plan), expectedItems);

    public async Task<OrchestrationRun> StartAsync(TaskPlan plan, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        return await StartAsync(GraphOf(plan), cancellationToken).ConfigureAwait(false);
    }

    public Task<OrchestrationRun> StartAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return planner.StartsEarly
            ? workers.RunAsync(() => StartEarlyAsync(request, cancellationToken))
            : StartWholeAsync(request, cancellationToken);
    }

    public async Task<OrchestrationRun> ReplanAsync(OrchestrationRequest request, OrchestrationRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        await CallerContext.Leave();
        ThrowIfNothingIsReused();
        RunResult result = await run.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.Outcome == RunOutcome.Succeeded)
        {
            throw new InvalidOperationException($"The run {run.RunId} has succeeded; there is nothing to plan again.");
        }

        RunBudget? budget = _runOptions.Budget is { } whole
            ? RunBudgetRemainder.Of(whole, result.Run) ?? throw new InvalidOperationException($"The run {run.RunId} has used up its budget; give another with a higher one.")
            : null;
        TaskGraph graph = await planner.PlanToStartAsync(request, ReplanFeedback.Of(result), cancellationToken).ConfigureAwait(false);
        return await WatchedAsync(() => StartInsteadAsync(graph, _runOptions with { Budget = budget }, run, [], cancellationToken)).ConfigureAwait(false);
    }

    public async Task<T> RunAsync<T>(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();

        // What cannot compile the answer says so before anything runs.
        _ = services.GetRequiredService<IResultCompiler<T>>();

        Task<T> answer = RunToAnswerAsync<T>(request, cancellationToken);

        // Whoever has cancelled waits for nothing that ignores it: it ends by itself, and releases what it holds.
        await ((Task)answer).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!answer.IsCompleted)
        {
            _ = ((Task)answer).ContinueWith(static late => late.Exception, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await answer.ConfigureAwait(false);
    }

    private async Task<T> RunToAnswerAsync<T>(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        OrchestrationRun run = await StartAsync(request, cancellationToken).ConfigureAwait(false);
        return await AnswerAsync<T>(request, run, options.Planning.MaxReplans, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(OrchestrationRequest request, OrchestrationRun run, int replansLeft, CancellationToken cancellationToken)
    {
        try
        {
            OrchestrationResult<T> result = await run.CompileAsync<T>(cancellationToken).ConfigureAwait(false);
            if (replansLeft == 0 || !MayReplan(result.Run))
            {
                return result.Value;
            }

#pragma warning disable CA2000 // Whoever takes the answer from it disposes of it.
            OrchestrationRun next = await ReplanAsync(request, run, cancellationToken).ConfigureAwait(false);
#pragma warning restore CA2000
            return await AnswerAsync<T>(request, next, replansLeft - 1, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool MayReplan(RunResult result) =>
        result.Outcome == RunOutcome.Failed
        && executor.Features.HasFlag(ExecutorFeatures.Reuse)
        && !PlanningBudget.IsUsedUp(options.Planning, result.Plan.Planning)
        && (_runOptions.Budget is not { } budget || RunBudgetRemainder.Of(budget, result.Run) is not null);

    private ValueTask<IRunHandle> StartInsteadAsync(TaskGraph graph, RunOptions runOptions, OrchestrationRun run, IReadOnlyList<string> rerun, CancellationToken cancellationToken)
    {
        ThrowIfNotSupported(graph, runOptions);
        return executor.StartAsync(graph, runOptions, run.Handle.GetReuse() with { Rerun = rerun }, cancellationToken);
    }

    /// <summary>Asked before a model is, so that no plan is paid for that cannot be started.</summary>
    private void ThrowIfNothingIsReused()
    {
        if (!executor.Features.HasFlag(ExecutorFeatures.Reuse))
        {
            throw new NotSupportedException(
                $"The executor {executor.GetType().Name} reuses no results of other runs ({nameof(ExecutorFeatures)}.{nameof(ExecutorFeatures.Reuse)}): start the plan as a new run.");
        }
    }

    private void ThrowIfNotSupported(TaskGraph graph, RunOptions runOptions)
    {
        if (ExecutorSupport.WhatIsMissing(graph, runOptions, executor) is { Count: > 0 } missing)
        {
            throw new InvalidPlanException(new PlanRefusal(missing) { Plan = graph.Plan });
        }
    }

    private async Task<OrchestrationRun> StartWholeAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        TaskGraph graph = await planner.PlanToStartAsync(request, refusal: null, cancellationToken).ConfigureAwait(false);
        return await StartAsync(graph, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OrchestrationRun> StartEarlyAsync(OrchestrationRequest request, CancellationToken cancellationToken)
    {
        (TaskGraph graph, OrchestrationRun? run) = await new EarlyStart(planner, checker, taskTypes, executor, _runOptions, Watched).PlanAsync(request, cancellationToken).ConfigureAwait(false);
        if (run is not null)
        {
            return run;
        }

        return await StartAsync(graph, cancellationToken).ConfigureAwait(false);
    }

    private TaskGraph GraphOf(TaskPlan plan) => checker.Check(plan, out IReadOnlyList<PlanDiagnostic> diagnostics)
        ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan });

    public async Task<OrchestrationRun> ResumeAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        await CallerContext.Leave();
        while (true)
        {
            if (liveRuns.Find(runId) is { } live)
            {
                if (live.TryHold())
                {
                    return new OrchestrationRun(live, services, Task.CompletedTask, isHolder: true);
                }

                // It has ended, or is being detached here: its code returns, its lease is released.
                using NestedWait? inside = NestedWait.Begin(live.Flow);
                await live.Gone.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }

            // One at a time: whoever comes second gets the run of the first.
            var resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource first = _resuming.GetOrAdd(runId, resumed);
            if (first != resumed)
            {
                await first.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                return await ResumeStoredAsync(runId, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _resuming.TryRemove(runId, out _);
                resumed.SetResult();
            }
        }
    }

    private async Task<OrchestrationRun> ResumeStoredAsync(string runId, CancellationToken cancellationToken)
    {
        RunHeader header = await ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId));
        IReadOnlyList<string> changes = RunHeader.ChangesOf(header.TaskTypes, taskTypes);
        if (changes.Count > 0)
        {
            throw new InvalidOperationException(
                $"The run {runId} cannot go on, because task types have changed since it was started: {string.Join("; ", changes)}. Register them as they were, or start a new run.");
        }

        TaskGraph graph = GraphOf(header.Plan);

        // When the run that it was made from is gone, or its plan no longer passes the checks, the rest of the work is simply done.
        RunReuse? reuse = header.MadeFrom is { } old && await ReadHeaderAsync(old, cancellationToken).ConfigureAwait(false) is { } oldHeader
            && checker.Check(oldHeader.Plan, out _) is { } oldGraph
                ? ReuseOf(old, oldGraph, oldHeader, header.Rerun ?? [])
                : null;
        return await WatchedAsync(() => executor.ResumeAsync(runId, graph, header.Options.ToOptions(), reuse, cancellationToken), runId).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> StartFromAsync(string runId, TaskPlan? plan, IReadOnlyList<string>? rerun, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        RunHeader header = await ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}'.", nameof(runId));
        TaskGraph graph = GraphOf(plan ?? header.Plan);
        ThrowIfNotSupported(graph, _runOptions);
        RunReuse reuse = ReuseOf(runId, GraphOf(header.Plan), header, [.. rerun ?? []]);
        return await WatchedAsync(() => executor.StartAsync(graph, _runOptions, reuse, cancellationToken)).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> StartFromAsync(OrchestrationRun run, TaskPlan? plan, IReadOnlyList<string>? rerun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        ThrowIfNothingIsReused();
        await CallerContext.Leave();
        TaskGraph graph = GraphOf(plan ?? run.Plan);
        await run.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await WatchedAsync(() => StartInsteadAsync(graph, _runOptions, run, [.. rerun ?? []], cancellationToken)).ConfigureAwait(false);
    }

    private async Task<RunHeader?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        IRunStore store = services.GetService<IRunStore>()
            ?? throw new InvalidOperationException("Runs are not remembered: call UseSqlite(…) or UseRunStore(…).");
        return await store.ReadHeaderAsync(runId, cancellationToken).ConfigureAwait(false) is { } content ? RunHeader.Read(content, runId) : null;
    }

    private RunReuse ReuseOf(string runId, TaskGraph graph, RunHeader header, IReadOnlyList<string> rerun) => new(runId, graph)
    {
        Rerun = rerun,
        ChangedTaskTypes = [.. RunHeader.ChangedOf(header.TaskTypes, taskTypes)],
    };

    private Task<OrchestrationRun> StartAsync(TaskGraph graph, CancellationToken cancellationToken)
    {
        ThrowIfNotSupported(graph, _runOptions);
        return WatchedAsync(() => executor.StartAsync(graph, _runOptions, cancellationToken));
    }

    private async Task<OrchestrationRun> WatchedAsync(Func<ValueTask<IRunHandle>> start, string? runId = null)
    {
        using IDisposable starting = liveRuns.BeginStart();
        Activity? caller = Activity.Current;
        Activity? activity = BeginWatching(runId);
        try
        {
            return Watched(await start().ConfigureAwait(false), activity);
        }
        catch (Exception exception)
        {
            EndWatching(activity, exception);
            throw;
        }
        finally
        {
            RunTracing.Restore(caller);
        }
    }

    private OrchestrationRun? Watched(Func<IRunHandle?> start)
    {
        using IDisposable starting = liveRuns.BeginStart();
        Activity? caller = Activity.Current;
        Activity? activity = BeginWatching(runId: null);
        try
        {
            if (start() is { } run)
            {
                return Watched(run, activity);
            }

            monitor.EndWatching();
            activity?.Dispose();
            return null;
        }
        catch (Exception exception)
        {
            EndWatching(activity, exception);
            throw;
        }
        finally
        {
            RunTracing.Restore(caller);
        }
    }

    /// <summary>The first sample comes before the first subtask, so that none is watched for a part of its time only.</summary>
    private Activity? BeginWatching(string? runId)
    {
        monitor.BeginWatching();
        return tracing.StartRun(runId);
    }

    private void EndWatching(Activity? activity, Exception refusal)
    {
        monitor.EndWatching();
        if (activity is not null)
        {
            tracing.EndRefused(activity, refusal);
        }
    }

    private OrchestrationRun Watched(IRunHandle run, Activity? activity) =>
        new(liveRuns.Add(run), services, WatchAsync(run, activity), isHolder: true);

    private async Task WatchAsync(IRunHandle run, Activity? activity)
    {
        RunTracing.Started(activity, run.RunId);
        if (run.HadEnded)
        {
            // It is only read: what there is to say of it was said when it ended.
            monitor.EndWatching();
            if (activity is not null)
            {
                tracing.EndRead(activity, run);
            }

            return;
        }

        await monitor.WatchAsync(run).ConfigureAwait(false);
        if (!run.Completion.IsCompletedSuccessfully)
        {
            // It has not ended; whoever waits for it hears why.
            if (activity is not null)
            {
                tracing.EndDetached(activity, run, run.Completion.Exception?.InnerException);
            }

            return;
        }

        RunOutcome outcome = await run.Completion.ConfigureAwait(false);
        if (activity is not null)
        {
            tracing.EndRun(activity, run, outcome);
        }

        // After the end, so that no run takes longer for it.
        run.ReportDurations(forecaster.Observed);
        await monitor.AlertAsync(run, outcome).ConfigureAwait(false);
    }
}
