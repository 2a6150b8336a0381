using System.Runtime.CompilerServices;
using AgentOrchestration.Execution;
using AgentOrchestration.Execution.Run;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Resources;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration;

/// <summary>Represents one execution of a plan: watch it, wait for it, control it, and dispose of it at the end. Safe for concurrent use.</summary>
/// <example>
/// <code>
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, cancellationToken);
/// await foreach (RunEvent next in run.WatchAsync(cancellationToken))
/// {
///     if (next is ApprovalRequested question)
///     {
///         await run.ApproveAsync(question, by: "reviewer", cancellationToken: cancellationToken);
///     }
/// }
///
/// RunResult result = await run.WaitAsync(cancellationToken);
/// </code>
/// </example>
public sealed class OrchestrationRun : IAsyncDisposable
{
    private readonly LiveRun _run;
    private readonly IRunHandle _handle;
    private readonly IServiceProvider _services;
    private readonly Task _watching;
    private readonly bool _isHolder;
    private bool _isReleased;
    private RunResult? _result;

    internal OrchestrationRun(IRunHandle handle, RunOptions options, IServiceProvider services, Task watching)
        : this(new LiveRun(handle, options), services, watching, isHolder: true)
    {
    }

    internal OrchestrationRun(LiveRun run, IServiceProvider services, Task watching, bool isHolder)
    {
        _run = run;
        _handle = run.Handle;
        _services = services;
        _watching = watching;
        _isHolder = isHolder;
    }

    /// <summary>Gets the id of the run.</summary>
    /// <value>Unique among all runs.</value>
    public string RunId => _handle.RunId;

    /// <summary>Gets how the run is executed: its name, its tags, and all other options, those of the application where the start gave none.</summary>
    /// <value>A copy; changing it changes nothing.</value>
    public RunOptions Options => new(_run.Options);

    internal IRunHandle Handle => _handle;

    /// <summary>Completes when the run has ended.</summary>
    internal Task<RunOutcome> Completion => _handle.Completion;

    /// <summary>Gets the plan that the run executes.</summary>
    /// <value>The plan as it was checked, without subtasks that the run adds.</value>
    public TaskPlan Plan => _handle.Plan;

    /// <summary>
    /// The events so far, then live ones, up to and including the one that ends the run. Any number of readers, at any time, also after
    /// the end. A slow reader holds nothing up.
    /// </summary>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>The events; those of a durable run that goes no further in this process end without the one that ends it.</returns>
    /// <remarks>Code of the run itself may read too, but the event that ends the run never comes before that code has returned.</remarks>
    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken = default) =>
        RunFlow.Current is not null ? WatchInsideAsync(_handle.WatchAsync(cancellationToken), cancellationToken) : _handle.WatchAsync(cancellationToken);

    /// <summary>
    /// Reads the events from a number on, then live ones, up to and including the one that ends the run: each once, so that a reader that was interrupted
    /// continues with the number after the last it has seen. When the run has no such event yet, it is waited for; when the run has ended before, there
    /// are none.
    /// </summary>
    /// <param name="from">
    /// The lowest <see cref="RunEvent.Sequence"/> of an event that is read. Reports of progress and streamed text have the number of the event that they
    /// follow; those that follow an earlier event are left out.
    /// </param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    /// <returns>The events; those of a durable run that goes no further in this process end without the one that ends it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> is negative.</exception>
    /// <remarks>Also for runs that were resumed, or had ended before this process: the numbers are those of the journal.</remarks>
    /// <example>
    /// <code>
    /// await foreach (RunEvent next in run.WatchAsync(from: lastSeen + 1, cancellationToken))
    /// {
    ///     lastSeen = next.Sequence;
    /// }
    /// </code>
    /// </example>
    public IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        IAsyncEnumerable<RunEvent> events = _handle.WatchAsync(from, cancellationToken);
        return RunFlow.Current is not null ? WatchInsideAsync(events, cancellationToken) : events;
    }

    /// <summary>Gets the state of the run at this moment.</summary>
    /// <returns>A snapshot that does not change.</returns>
    public RunSnapshot GetSnapshot() => _handle.GetSnapshot();

    /// <summary>
    /// Gets what the run has spent and saved so far, at the prices of now (<c>UsePrices</c>). After the end of the run <see cref="RunResult.Savings"/> has the
    /// same, with what compiling used.
    /// </summary>
    /// <returns>The savings of this moment; they do not change.</returns>
    public RunSavings GetSavings() => _result?.Savings ?? SavingsOf(GetSnapshot());

    /// <summary>
    /// How the run is expected to continue from now: what has ended stays as it was, what runs takes what is left of its expected time, at least none; a
    /// pause before another attempt counts as over, and the run's budget does not count. A run that stops ends now.
    /// </summary>
    /// <param name="expectedItems">By the id of a subtask that works through a list made during the run, the number of items that is expected. Default: one each, as far as the list is not made yet.</param>
    /// <returns>The forecast, from now to the end of the run.</returns>
    /// <exception cref="ArgumentException"><paramref name="expectedItems"/> names no such subtask, or a number is out of range.</exception>
    public Forecast Forecast(IReadOnlyDictionary<string, int>? expectedItems = null)
    {
        DateTimeOffset now = _services.GetRequiredService<TimeProvider>().GetUtcNow();
        return _services.GetRequiredService<Forecaster>().Of(new RemainingGraph(_handle.Graph, GetSnapshot(), now), _run.Options, expectedItems);
    }

    /// <summary>
    /// Explains why a subtask has not started or not ended: what it waits for, who holds it, and how long, as far as that is known. Reads this run and the
    /// other runs of this process when it is called; nothing is recorded for it. Works with every executor and resource manager.
    /// </summary>
    /// <param name="subtaskId">The id of the subtask.</param>
    /// <returns>The explanation at this moment.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    /// <example><code>Console.WriteLine(run.Explain("render-7"));   // waits for gpu: 2 of 2 in use by render-3 (40 s left) and render-5</code></example>
    public WaitExplanation Explain(string subtaskId)
    {
        var explained = new ExplainedRun(_handle.Graph, GetSnapshot(), _run.Options);
        ExplainedRun[] all =
        [
            explained,
            .. _services.GetRequiredService<LiveRuns>().All.Where(other => other.Handle.RunId != RunId)
                .Select(other => new ExplainedRun(other.Handle.Graph, other.Handle.GetSnapshot(), other.Options)),
        ];
        return _services.GetRequiredService<Forecaster>().Explainer(all, _services.GetRequiredService<TimeProvider>().GetUtcNow()).Explain(explained, subtaskId);
    }

    /// <summary>Waits for the end of the run. Failed subtasks are part of the result, not an exception.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the run.</param>
    /// <returns>The result of the run, whatever its outcome.</returns>
    /// <exception cref="RunDetachedException">The run is durable and goes no further in this process.</exception>
    /// <exception cref="InvalidOperationException">
    /// The caller is code of this run, or of a run that code of this run waits for: it would never end.
    /// </exception>
    public async Task<RunResult> WaitAsync(CancellationToken cancellationToken = default)
    {
        Task<RunOutcome> completion = _handle.Completion;
        using NestedWait? inside = completion.IsCompleted ? null : NestedWait.Begin(_run.Flow);
        RunOutcome outcome = await completion.WaitAsync(cancellationToken).ConfigureAwait(false);
        return _result ??= new RunResult(outcome, _handle.GetSnapshot, SavingsOf);
    }

    /// <summary>Waits for the end of the run and, when it succeeded, compiles the answer.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="cancellationToken">Ends the waiting and the compiling, not the run.</param>
    /// <returns>The result of the run, with the answer when it succeeded.</returns>
    public async Task<OrchestrationResult<T>> CompileAsync<T>(CancellationToken cancellationToken = default)
    {
        await CallerContext.Leave();
        RunResult result = await WaitAsync(cancellationToken).ConfigureAwait(false);
        if (result.Outcome != RunOutcome.Succeeded)
        {
            return new OrchestrationResult<T>(result);
        }

        IResultCompiler<T> compiler = _services.GetRequiredService<IResultCompiler<T>>();
        return new OrchestrationResult<T>(result, await compiler.CompileAsync(result, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Requests the run to stop: no subtask starts any more, and running code is cancelled. Wait for the run to observe its end.</summary>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the request is accepted, not when the run has ended.</returns>
    public ValueTask CancelAsync(CancellationToken cancellationToken = default) => _handle.CancelAsync(cancellationToken);

    /// <summary>
    /// Cancels one subtask: it does not start, or its running code is cancelled. Subtasks that need it are skipped; all others continue.
    /// </summary>
    /// <param name="subtaskId">The subtask.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the request is accepted, not when the code has ended.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    public ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken = default) => _handle.CancelAsync(subtaskId, cancellationToken);

    /// <summary>
    /// Pauses the run: running code continues to its end, and nothing else starts until <see cref="ContinueAsync"/>. Its timeouts and deadlines pass, and a
    /// compensation that follows a failure is not held. Also after a crash a paused run stays paused. One that is paused or has ended stays as it is.
    /// </summary>
    /// <param name="reason">Why, for those who look at the run. Default: not given.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the run is paused; for a durable run, when that is committed.</returns>
    /// <exception cref="NotSupportedException">The executor cannot pause runs.</exception>
    public async ValueTask PauseAsync(string? reason = null, CancellationToken cancellationToken = default) =>
        await _handle.PauseAsync(reason, cancellationToken).ConfigureAwait(false);

    /// <summary>Continues a paused run. One that is not paused stays as it is.</summary>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the run continues; for a durable run, when that is committed.</returns>
    /// <exception cref="NotSupportedException">The executor cannot pause runs.</exception>
    public async ValueTask ContinueAsync(CancellationToken cancellationToken = default) => await _handle.ContinueAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Approves a subtask that waits for an approval. The approval is valid only for the arguments shown, and only once.</summary>
    /// <param name="request">What was asked: from <see cref="WatchAsync(CancellationToken)"/>, or a snapshot's pending approval.</param>
    /// <param name="by">Who approves. Default: not given.</param>
    /// <param name="reason">Why. Default: not given.</param>
    /// <param name="cancellationToken">Cancels the approving.</param>
    /// <returns>A task that completes when the approval is accepted; for a durable run, when it is committed.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    /// <exception cref="InvalidOperationException">The question is not open: it was answered, the run has moved on, or it is another run's.</exception>
    public Task ApproveAsync(ApprovalRequested request, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        DecideAsync(request, isApproved: true, by, reason, cancellationToken);

    /// <summary>Rejects a subtask that waits for an approval. It fails with the given reason.</summary>
    /// <param name="request">What was asked: from <see cref="WatchAsync(CancellationToken)"/>, or a snapshot's pending approval.</param>
    /// <param name="by">Who rejects. Default: not given.</param>
    /// <param name="reason">Why. Default: not given.</param>
    /// <param name="cancellationToken">Cancels the rejecting.</param>
    /// <returns>A task that completes when the rejection is accepted; for a durable run, when it is committed.</returns>
    /// <exception cref="ArgumentException">The run has no such subtask.</exception>
    /// <exception cref="InvalidOperationException">The question is not open: it was answered, the run has moved on, or it is another run's.</exception>
    public Task RejectAsync(ApprovalRequested request, string? by = null, string? reason = null, CancellationToken cancellationToken = default) =>
        DecideAsync(request, isApproved: false, by, reason, cancellationToken);

    /// <summary>
    /// Replaces the budget of the run, for example when the run has asked for a larger one. What it has already used counts against it.
    /// </summary>
    /// <param name="budget">The budget from now on.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <returns>A task that completes when the budget is in force; for a durable run, when it is committed.</returns>
    /// <exception cref="ArgumentException">A part of the budget is out of range.</exception>
    /// <exception cref="InvalidOperationException">The run has no budget, or has ended.</exception>
    public async Task ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(budget);
        if (BudgetRules.WhyInvalid(budget) is { } reason)
        {
            throw new ArgumentException(reason, nameof(budget));
        }

        if (!await _handle.ExtendBudgetAsync(budget, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidOperationException($"The run {Excerpt.Of(RunId)} has no budget to extend, or it has ended.");
        }
    }

    /// <summary>
    /// Cancels a run in memory that has not ended, and waits for its end, at most as long as code that was asked to stop may take
    /// (<c>CancellationGracePeriod</c>). A durable run is only detached: its code is asked to stop, its end is not written, and
    /// <see cref="ITaskOrchestrator.ResumeAsync"/> continues it. A run that was resumed while this process drove it is held by each of those who
    /// started or resumed it, and the last one who disposes of it ends it here; a run from <see cref="ITaskOrchestrator.Find"/> is held by none, and
    /// disposing of it changes nothing.
    /// </summary>
    /// <returns>A task that completes when the run has ended or is detached.</returns>
    /// <remarks>
    /// Code of the run itself, and its sinks, may dispose of it: then nothing is waited for. A sink that makes no progress for 2 seconds is not
    /// waited for either, and the log names it.
    /// </remarks>
    public async ValueTask DisposeAsync()
    {
        await CallerContext.Leave();
        Task closing = _isHolder && !Interlocked.Exchange(ref _isReleased, true) ? _run.ReleaseAsync() : Task.CompletedTask;
        if (NestedWait.IsVain(_run.Flow))
        {
            return;
        }

        await closing.ConfigureAwait(false);
        if (Completion.IsCompleted)
        {
            await _watching.ConfigureAwait(false);
        }
    }

    /// <summary>Code of a run reads: while it waits for the next event, it waits for the run.</summary>
    private async IAsyncEnumerable<RunEvent> WatchInsideAsync(IAsyncEnumerable<RunEvent> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<RunEvent> events = source.GetAsyncEnumerator(cancellationToken);
        await using (events.ConfigureAwait(false))
        {
            while (await NextAsync(events.MoveNextAsync()).ConfigureAwait(false))
            {
                yield return events.Current;
            }
        }

        async ValueTask<bool> NextAsync(ValueTask<bool> next)
        {
            using NestedWait? inside = next.IsCompleted || _handle.Completion.IsCompleted ? null : NestedWait.BeginObserving(_run.Flow);
            return await next.ConfigureAwait(false);
        }
    }

    private async Task DecideAsync(ApprovalRequested request, bool isApproved, string? by, string? reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!await _handle.DecideAsync(request.SubtaskId, request.Fingerprint, isApproved, by, reason, cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidOperationException($"The subtask '{request.SubtaskId}' does not wait for an answer to this question: it was answered, or the run has moved on.");
        }
    }

    private RunSavings SavingsOf(RunSnapshot run)
    {
        PriceTable? prices = null;
        TimeSpan? without = null;
        RunSavings savings;
        try
        {
            prices = _services.GetService<PriceTable>();
            savings = RunSavings.Of(run, prices);
            without = savings.Avoided.Any(item => item.Reason != SavingsReason.Resumed) ? _services.GetService<Forecaster>()?.MakespanWithoutReuse(_handle.Graph, run, _run.Options) : null;
        }
        catch (ObjectDisposedException)
        {
            // The application is gone; what the run has recorded is not.
            savings = RunSavings.Of(run, prices);
        }

        return savings with { ModelledMakespanWithout = without };
    }
}
