using AgentOrchestration.Results;
using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>
/// What became of a run: what was done, what failed, what was skipped because of it, what was cancelled; and all outputs. Made when it
/// is first looked at. Safe for concurrent use.
/// </summary>
public sealed class RunResult
{
    private readonly Lazy<RunSnapshot> _run;
    private readonly Lazy<Dictionary<string, SubtaskSnapshot>> _byId;
    private readonly Lazy<RunTiming> _timing;

    /// <summary>Makes the result of a run that has ended, for example to test a result compiler.</summary>
    /// <param name="run">The run as it ended.</param>
    /// <exception cref="ArgumentException">The run has not ended: it has no outcome.</exception>
    public RunResult(RunSnapshot run)
        : this((run ?? throw new ArgumentNullException(nameof(run))).Outcome ?? throw new ArgumentException("The run has not ended.", nameof(run)), () => run)
    {
    }

    /// <param name="outcome">How the run ended.</param>
    /// <param name="snapshot">Gives the run as it ended, at any time.</param>
    internal RunResult(RunOutcome outcome, Func<RunSnapshot> snapshot)
    {
        Outcome = outcome;
        _run = new Lazy<RunSnapshot>(snapshot);
        _byId = new Lazy<Dictionary<string, SubtaskSnapshot>>(() => Run.Subtasks.ToDictionary(subtask => subtask.Subtask.Id, StringComparer.Ordinal));
        _timing = new Lazy<RunTiming>(() => RunTiming.Of(Run));
    }

    /// <summary>The run as it ended.</summary>
    public RunSnapshot Run => _run.Value;

    /// <summary>How it ended.</summary>
    public RunOutcome Outcome { get; }

    /// <summary>The plan.</summary>
    public TaskPlan Plan => Run.Plan;

    /// <summary>Every subtask, in the plan's order, and behind them those that the run has added.</summary>
    public IReadOnlyList<SubtaskSnapshot> Subtasks => Run.Subtasks;

    /// <summary>The subtasks that succeeded.</summary>
    public IEnumerable<SubtaskSnapshot> Succeeded => In(SubtaskState.Succeeded);

    /// <summary>The subtasks that failed.</summary>
    public IEnumerable<SubtaskSnapshot> Failed => In(SubtaskState.Failed);

    /// <summary>The subtasks that were skipped, each with the cause.</summary>
    public IEnumerable<SubtaskSnapshot> Skipped => In(SubtaskState.Skipped);

    /// <summary>The subtasks that were cancelled.</summary>
    public IEnumerable<SubtaskSnapshot> Cancelled => In(SubtaskState.Cancelled);

    /// <summary>The subtasks that had to do without one of their optional inputs.</summary>
    public IEnumerable<SubtaskSnapshot> Degraded => Subtasks.Where(subtask => subtask.IsDegraded);

    /// <summary>The subtasks of which an attempt ignored that it was told to stop.</summary>
    public IEnumerable<SubtaskSnapshot> Abandoned => Subtasks.Where(subtask => subtask.Abandoned);

    /// <summary>The subtasks whose work had to be undone and was not.</summary>
    public IEnumerable<SubtaskSnapshot> NotCompensated => Subtasks.Where(subtask => subtask.Compensation is CompensationState.Failed or CompensationState.Running);

    /// <summary>Where the time went.</summary>
    public RunTiming Timing => _timing.Value;

    /// <summary>A subtask by its id.</summary>
    /// <param name="subtaskId">The id, compared ordinally.</param>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    public SubtaskSnapshot this[string subtaskId] => _byId.Value.TryGetValue(subtaskId, out SubtaskSnapshot? subtask)
        ? subtask
        : throw new KeyNotFoundException($"The plan has no subtask '{subtaskId}'.");

    /// <summary>The output of a subtask.</summary>
    /// <typeparam name="T">Its type, or a type that it can be assigned to.</typeparam>
    /// <param name="subtaskId">The subtask's id.</param>
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

    private IEnumerable<SubtaskSnapshot> In(SubtaskState state) => Subtasks.Where(subtask => subtask.State == state);
}
