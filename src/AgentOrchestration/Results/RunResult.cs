using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Results;

/// <summary>What became of a run: what was done, what failed, what was skipped because of it, what was cancelled; and all outputs.</summary>
public sealed class RunResult
{
    private readonly Dictionary<string, SubtaskSnapshot> _byId;

    internal RunResult(TaskGraph graph, RunSnapshot run)
    {
        Run = run;
        _byId = run.Subtasks.ToDictionary(subtask => subtask.Subtask.Id, StringComparer.Ordinal);
        Timing = RunTiming.Of(graph, run);
    }

    /// <summary>The run as it ended.</summary>
    public RunSnapshot Run { get; }

    /// <summary>How it ended.</summary>
    public RunOutcome Outcome => Run.Outcome!.Value;

    /// <summary>The plan.</summary>
    public TaskPlan Plan => Run.Plan;

    /// <summary>Every subtask, in the plan's order.</summary>
    public IReadOnlyList<SubtaskSnapshot> Subtasks => Run.Subtasks;

    /// <summary>The subtasks that succeeded.</summary>
    public IEnumerable<SubtaskSnapshot> Succeeded => In(SubtaskState.Succeeded);

    /// <summary>The subtasks that failed.</summary>
    public IEnumerable<SubtaskSnapshot> Failed => In(SubtaskState.Failed);

    /// <summary>The subtasks that were skipped, because one that they depend on failed.</summary>
    public IEnumerable<SubtaskSnapshot> Skipped => In(SubtaskState.Skipped);

    /// <summary>The subtasks that were cancelled.</summary>
    public IEnumerable<SubtaskSnapshot> Cancelled => In(SubtaskState.Cancelled);

    /// <summary>Where the time went.</summary>
    public RunTiming Timing { get; }

    /// <summary>A subtask by its id.</summary>
    /// <param name="subtaskId">The id, compared ordinally.</param>
    /// <exception cref="KeyNotFoundException">The plan has no such subtask.</exception>
    public SubtaskSnapshot this[string subtaskId] => _byId.TryGetValue(subtaskId, out SubtaskSnapshot? subtask)
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

    private IEnumerable<SubtaskSnapshot> In(SubtaskState state) => Subtasks.Where(subtask => subtask.State == state);
}
