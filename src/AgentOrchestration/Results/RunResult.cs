using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// Holds the result of a run: what was done, what failed, what was skipped because of it, what was cancelled, and all outputs. Computed when it is
/// first read. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// RunResult result = await run.WaitAsync(cancellationToken);
/// Table sales = result.GetOutput&lt;Table&gt;("sales");
/// foreach (SubtaskSnapshot skipped in result.Skipped)
/// {
///     Console.WriteLine($"{skipped.Subtask.Id} was skipped because of {skipped.SkippedBecauseOf}.");
/// }
/// </code>
/// </example>
public sealed class RunResult
{
    private readonly Lazy<RunSnapshot> _run;
    private readonly Lazy<Dictionary<string, SubtaskSnapshot>> _byId;
    private readonly Lazy<RunTiming> _timing;
    private readonly Lazy<RunSavings> _savings;
    private readonly Lock _gate = new();
    private TaskUsage _compiling = TaskUsage.None;

    /// <summary>Makes the result of a run that has ended, for example to test a result compiler.</summary>
    /// <param name="run">The run as it ended.</param>
    /// <exception cref="ArgumentException">The run has not ended: it has no outcome.</exception>
    public RunResult(RunSnapshot run)
        : this((run ?? throw new ArgumentNullException(nameof(run))).Outcome ?? throw new ArgumentException("The run has not ended.", nameof(run)), () => run)
    {
    }

    /// <param name="outcome">How the run ended.</param>
    /// <param name="snapshot">Gives the run as it ended, at any time.</param>
    /// <param name="savings">Computes what the run has saved. Default: by what it has recorded.</param>
    internal RunResult(RunOutcome outcome, Func<RunSnapshot> snapshot, Func<RunSnapshot, RunSavings>? savings = null)
    {
        Outcome = outcome;
        _run = new Lazy<RunSnapshot>(snapshot);
        _byId = new Lazy<Dictionary<string, SubtaskSnapshot>>(() => Run.Subtasks.ToDictionary(subtask => subtask.Subtask.Id, StringComparer.Ordinal));
        _timing = new Lazy<RunTiming>(() => RunTiming.Of(Run));
        _savings = new Lazy<RunSavings>(() => savings?.Invoke(Run) ?? RunSavings.Of(Run, prices: null));
    }

    /// <summary>Gets the snapshot of the run as it ended.</summary>
    /// <value>Computed on the first use.</value>
    public RunSnapshot Run => _run.Value;

    /// <summary>Gets the outcome of the run.</summary>
    /// <value>How the run ended.</value>
    public RunOutcome Outcome { get; }

    /// <summary>Gets the plan that was executed.</summary>
    /// <value>Without subtasks that the run added.</value>
    public TaskPlan Plan => Run.Plan;

    /// <summary>Gets the snapshots of all subtasks.</summary>
    /// <value>In the plan's order, followed by those that the run added.</value>
    public IReadOnlyList<SubtaskSnapshot> Subtasks => Run.Subtasks;

    /// <summary>Gets the subtasks that succeeded.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Succeeded => In(SubtaskState.Succeeded);

    /// <summary>Gets the subtasks that failed.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Failed => In(SubtaskState.Failed);

    /// <summary>Gets the subtasks that were skipped, each with the cause.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Skipped => In(SubtaskState.Skipped);

    /// <summary>Gets the subtasks that were cancelled.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Cancelled => In(SubtaskState.Cancelled);

    /// <summary>Gets the subtasks that ran without one of their optional inputs.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Degraded => Subtasks.Where(subtask => subtask.IsDegraded);

    /// <summary>Gets the subtasks whose work failed for good and whose fallback took the place of the output. Their errors say why.</summary>
    /// <value>They are among <see cref="Succeeded"/>. The default value is empty.</value>
    public IEnumerable<SubtaskSnapshot> FellBack => Subtasks.Where(subtask => subtask is { State: SubtaskState.Succeeded, Origin: OutputOrigin.Fallback });

    /// <summary>Gets the subtasks with an attempt that ignored its cancellation.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> Abandoned => Subtasks.Where(subtask => subtask.Abandoned);

    /// <summary>Gets the subtasks whose work had to be compensated and was not.</summary>
    /// <value>In the order of <see cref="Subtasks"/>; empty when there is none.</value>
    public IEnumerable<SubtaskSnapshot> NotCompensated => Subtasks.Where(subtask => subtask.Compensation is CompensationState.Failed or CompensationState.Running);

    /// <summary>Gets the durations of the run and of its work.</summary>
    /// <value>Computed on the first use.</value>
    public RunTiming Timing => _timing.Value;

    /// <summary>Gets what the run has spent and saved, with what compiling its answers has used so far.</summary>
    /// <value>Computed on the first use.</value>
    public RunSavings Savings => _savings.Value with { Compiling = UsageTotal.Of(CompilingUsage) };

    /// <summary>Gets what compiling answers of this result has used so far.</summary>
    /// <value><see cref="TaskUsage.None"/> when nothing was compiled, or its compiler has reported nothing.</value>
    public TaskUsage CompilingUsage
    {
        get
        {
            lock (_gate)
            {
                return _compiling;
            }
        }
    }

    /// <summary>Gets a subtask by its id.</summary>
    /// <value>The snapshot of the subtask.</value>
    /// <param name="subtaskId">The id, compared ordinally.</param>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    public SubtaskSnapshot this[string subtaskId] => _byId.Value.TryGetValue(subtaskId, out SubtaskSnapshot? subtask)
        ? subtask
        : throw new KeyNotFoundException($"The plan has no subtask '{subtaskId}'.");

    /// <summary>The output of a subtask.</summary>
    /// <typeparam name="T">Its type, or a type that it can be assigned to.</typeparam>
    /// <param name="subtaskId">The subtask's id.</param>
    /// <returns>The output of the subtask.</returns>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    /// <exception cref="InvalidOperationException">The subtask did not succeed, or its output is of another type.</exception>
    public T GetOutput<T>(string subtaskId)
    {
        SubtaskSnapshot subtask = this[subtaskId];
        return subtask switch
        {
            { State: not SubtaskState.Succeeded } => throw new InvalidOperationException($"The subtask '{subtaskId}' has no output: it is {subtask.State}."),
            { Output: T output } => output,
            { Output: null } when default(T) is null => default!,
            _ => throw new InvalidOperationException($"The output of '{subtaskId}' is a {subtask.Output?.GetType().Name ?? "null"}, not a {typeof(T).Name}."),
        };
    }

    /// <summary>Gets the output of a subtask.</summary>
    /// <typeparam name="T">Its type, or a type that it can be assigned to.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <returns>The output.</returns>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    /// <exception cref="InvalidOperationException">The subtask did not succeed, or its output is of another type.</exception>
    public T GetOutput<T>(SubtaskRef subtask) => GetOutput<T>(subtask.Id);

    /// <summary>Gets the output of a subtask whose type is known.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <returns>The output.</returns>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    /// <exception cref="InvalidOperationException">The subtask did not succeed, or its output is of another type.</exception>
    public T GetOutput<T>(SubtaskRef<T> subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return GetOutput<T>(subtask.Id);
    }

    /// <summary>Counts what compiling an answer of this result has used. A result compiler that asks a model calls it. Safe to call from any thread.</summary>
    /// <param name="usage">How much, not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public void ReportCompilingUsage(TaskUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(usage.InputTokens, usage.OutputTokens), nameof(usage));
        ArgumentOutOfRangeException.ThrowIfNegative(usage.Cost, nameof(usage));
        lock (_gate)
        {
            _compiling = _compiling.Add(usage);
        }
    }

    private IEnumerable<SubtaskSnapshot> In(SubtaskState state) => Subtasks.Where(subtask => subtask.State == state);
}
