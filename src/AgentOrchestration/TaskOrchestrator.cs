using AgentOrchestration.Execution;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>The front door: how runs begin, from a request, from a plan, or from another run.</summary>
internal sealed class TaskOrchestrator(
    Planner planner,
    PlanChecker checker,
    ITaskTypeRegistry taskTypes,
    Forecaster forecaster,
    RunStarter starter,
    RunsById runs,
    StoredRuns stored,
    WorkerPool workers,
    AgentOrchestrationOptions defaults,
    IServiceProvider services) : ITaskOrchestrator, IAsyncDisposable, IDisposable
{
    /// <summary>The container is disposed of without a host, or after it: that is a shutdown. Of all services of the library this is the first to go.</summary>
    public async ValueTask DisposeAsync() => await runs.StopAsync(CancellationToken.None).ConfigureAwait(false);

    public void Dispose() => runs.StopAsync(CancellationToken.None).GetAwaiter().GetResult();

    public OrchestrationRun? Find(string runId)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return runs.Find(runId);
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

    public Forecast Forecast(TaskPlan plan, IReadOnlyDictionary<string, int>? expectedItems, RunOptions? options) =>
        forecaster.Of(checker.CheckToStart(plan), Effective(options), expectedItems);

    public PlanReview Review(TaskPlan plan, RunOptions? options) => new PlanReviewer(forecaster, checker).Review(checker.CheckToStart(plan), Effective(options));

    public async Task<OrchestrationRun> StartAsync(TaskPlan plan, RunOptions? options, CancellationToken cancellationToken)
    {
        RunOptions effective = Effective(options);
        await CallerContext.Leave();
        TaskGraph graph = checker.CheckToStart(plan);
        return await runs.StartOnceAsync(
            effective,
            existing => IsSame(existing, graph.Plan),
            () => starter.StartAsync(graph, effective, reuse: null, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public Task<OrchestrationRun> StartAsync(OrchestrationRequest request, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunOptions effective = Effective(options);
        return effective.RunId is null && planner.StartsEarly
            ? workers.RunAsync(() => StartEarlyAsync(request, effective, cancellationToken))
            : EarlyApproval.IsAllowed(planner, effective) ? StartBeforeApprovalAsync(request, effective, cancellationToken)
            : StartWholeAsync(request, effective, cancellationToken);
    }

    public async Task<OrchestrationRun> ResumeAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        await CallerContext.Leave();
        return await runs.ResumeAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> SubmitAsync(TaskPlan plan, RunOptions? options, CancellationToken cancellationToken)
    {
        RunOptions effective = Effective(options);
        await CallerContext.Leave();
        TaskGraph graph = checker.CheckToStart(plan);
        starter.ThrowIfNotSupported(graph, effective);
        return await runs.SubmitAsync(graph, effective, existing => IsSame(existing, graph.Plan), workers.NewRunId(), cancellationToken).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> AttachAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        await CallerContext.Leave();
        return await runs.AttachAsync(runId, cancellationToken).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> StartFromAsync(string runId, TaskPlan? plan, IReadOnlyList<string>? rerun, RunOptions? options, CancellationToken cancellationToken)
    {
        RunOptions effective = Effective(options);
        await CallerContext.Leave();
        RunHeader header = await stored.GetAsync(runId, cancellationToken).ConfigureAwait(false);
        TaskGraph graph = checker.CheckToStart(plan ?? header.Plan);
        RunReuse reuse = stored.ReuseOf(runId, header, [.. rerun ?? []]);
        return await runs.StartOnceAsync(
            effective,
            existing => IsSame(existing, graph.Plan),
            () => starter.StartAsync(graph, effective, reuse, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> StartFromAsync(
        OrchestrationRun run, TaskPlan? plan, IReadOnlyList<string>? rerun, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunOptions effective = Effective(options);
        starter.ThrowIfNothingIsReused();
        await CallerContext.Leave();
        TaskGraph graph = checker.CheckToStart(plan ?? run.Plan);
        await run.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await runs.StartOnceAsync(
            effective,
            existing => IsSame(existing, graph.Plan),
            () => starter.StartAsync(graph, effective, run.Handle.GetReuse() with { Rerun = [.. rerun ?? []] }, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<OrchestrationRun> ReplanAsync(OrchestrationRequest request, OrchestrationRun run, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        RunOptions effective = Effective(options);
        await CallerContext.Leave();
        starter.ThrowIfNothingIsReused();
        RunResult result = await run.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.Outcome == RunOutcome.Succeeded)
        {
            throw new InvalidOperationException($"The run {Excerpt.Of(run.RunId)} has succeeded; there is nothing to plan again.");
        }

        // A budget of the caller's own is for the new run; any other is for both.
        if (options?.Budget is null)
        {
            effective.Budget = run.Options.Budget is { } whole
                ? RunBudgetRemainder.Of(whole, result.Run) ?? throw new InvalidOperationException($"The run {Excerpt.Of(run.RunId)} has used up its budget; give another with a higher one.")
                : null;
        }

        return await runs.StartOnceAsync(
            effective,
            existing => existing.Goal == request.Goal,
            async () =>
            {
                TaskGraph graph = await planner.PlanToStartAsync(request, ReplanFeedback.Of(result), cancellationToken).ConfigureAwait(false);
                return await starter.StartAsync(graph, effective, run.Handle.GetReuse(), cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public Task<T> RunAsync<T>(OrchestrationRequest request, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RunOptions? given = CopyOf(options);
        return RunAsync<T>(async () => await AnswerAsync<T>(
            request, await StartAsync(request, given, cancellationToken).ConfigureAwait(false), given, replans: 0, cancellationToken).ConfigureAwait(false), cancellationToken);
    }

    public Task<T> RunAsync<T>(TaskPlan plan, RunOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RunOptions? given = CopyOf(options);
        return RunAsync<T>(
            async () =>
            {
                OrchestrationRun run = await StartAsync(plan, given, cancellationToken).ConfigureAwait(false);
                await using (run.ConfigureAwait(false))
                {
                    return (await run.CompileAsync<T>(cancellationToken).ConfigureAwait(false)).Value;
                }
            },
            cancellationToken);
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> run, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();

        // What cannot compile the answer says so before anything runs.
        _ = services.GetRequiredService<IResultCompiler<T>>();

        Task<T> answer = run();

        // A caller that has cancelled waits for nothing that ignores it: it ends by itself, and releases what it holds.
        await ((Task)answer).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!answer.IsCompleted)
        {
            _ = ((Task)answer).ContinueWith(static late => late.Exception, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await answer.ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(OrchestrationRequest request, OrchestrationRun run, RunOptions? options, int replans, CancellationToken cancellationToken)
    {
        try
        {
            OrchestrationResult<T> result = await run.CompileAsync<T>(cancellationToken).ConfigureAwait(false);
            if (replans == defaults.Planning.MaxReplans || !MayReplan(run, result.Run))
            {
                return result.Value;
            }

#pragma warning disable CA2000 // The caller of the recursion disposes of it.
            OrchestrationRun next = await ReplanAsync(request, run, OfReplan(run, options, replans + 1), cancellationToken).ConfigureAwait(false);
#pragma warning restore CA2000
            return await AnswerAsync<T>(request, next, options, replans + 1, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool MayReplan(OrchestrationRun run, RunResult result) =>
        result.Outcome == RunOutcome.Failed
        && starter.CanReuse
        && !PlanningBudget.IsUsedUp(defaults.Planning, result.Plan.Planning)
        && (run.Options.Budget is not { } budget || RunBudgetRemainder.Of(budget, result.Run) is not null);

    /// <summary>The same options for the next run; its budget is what is left. An id of the caller's own is continued, so that the whole stays idempotent.</summary>
    private static RunOptions OfReplan(OrchestrationRun run, RunOptions? options, int replans) => new(options ?? new RunOptions())
    {
        Budget = run.Options.Budget is { } budget ? RunBudgetRemainder.Of(budget, run.GetSnapshot()) : null,
        RunId = options?.RunId is { } id ? RunIds.Derive(id, $"/replan-{replans}") : null,
    };

    /// <summary>What the caller does with its options while they are still needed changes nothing.</summary>
    private static RunOptions? CopyOf(RunOptions? options) => options is null ? null : new RunOptions(options);

    private async Task<OrchestrationRun> StartWholeAsync(OrchestrationRequest request, RunOptions options, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        return await runs.StartOnceAsync(
            options,
            existing => existing.Goal == request.Goal,
            async () => await starter.StartAsync(
                await planner.PlanToStartAsync(request, refusal: null, cancellationToken).ConfigureAwait(false), options, reuse: null, cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<OrchestrationRun> StartEarlyAsync(OrchestrationRequest request, RunOptions options, CancellationToken cancellationToken)
    {
        var early = new EarlyStart(planner, checker, taskTypes, starter.Executor, options, start => starter.StartOpen(start, options));
        (TaskGraph graph, OrchestrationRun? run) = await early.PlanAsync(request, cancellationToken).ConfigureAwait(false);
        if (run is not null)
        {
            return run;
        }

        return await starter.StartAsync(graph, options, reuse: null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OrchestrationRun> StartBeforeApprovalAsync(OrchestrationRequest request, RunOptions options, CancellationToken cancellationToken)
    {
        await CallerContext.Leave();
        (TaskGraph graph, OrchestrationRun? run) = await new EarlyApproval(planner, starter.Executor, options, starter.StartOpen).PlanAsync(request, cancellationToken).ConfigureAwait(false);
        if (run is not null)
        {
            return run;
        }

        return await starter.StartAsync(graph, options, reuse: null, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsSame(TaskPlan existing, TaskPlan plan) => ReferenceEquals(existing, plan) || existing.ToJson() == plan.ToJson();

    private RunOptions Effective(RunOptions? options)
    {
        RunOptions effective = (options ?? new RunOptions()).Over(defaults.Runs);
        RunOptionsRules.ThrowIfInvalid(effective);
        return effective;
    }
}
