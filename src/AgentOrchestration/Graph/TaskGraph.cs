using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>A plan that passed every check, frozen: the form in which it runs. Subtasks have the indices of their order in the plan.</summary>
public sealed class TaskGraph
{
    private readonly CheckedSubtasks _part;

    internal TaskGraph(TaskPlan plan, CheckedSubtasks part, PlanChecker checker)
    {
        Plan = plan;
        _part = part;
        Checker = checker;
        NeedVectors = new NeedVectors();
        NeedVectorOf = NeedVectors.IndicesOf(part);
        Priorities = CriticalPath.Priorities(part.Successors, part.TopologicalOrder, part.EstimatedSeconds());
    }

    /// <summary>Gets the plan.</summary>
    /// <value>The checked plan.</value>
    public TaskPlan Plan { get; }

    /// <summary>Gets the number of subtasks.</summary>
    /// <value>At least 0.</value>
    public int Count => _part.Count;

    /// <summary>Gets the subtasks.</summary>
    /// <value>In the plan's order; the index of a subtask names it in this graph.</value>
    public IReadOnlyList<Subtask> Subtasks => Plan.Subtasks;

    /// <summary>Gets the critical path by the plan's estimates. A subtask without an estimate counts as long as the mean of the others.</summary>
    /// <value><see langword="null"/> when the plan estimates nothing.</value>
    public CriticalPath? EstimatedCriticalPath =>
        Subtasks.Any(subtask => subtask.EstimatedDuration is not null) ? CriticalPath.Of(this, _part.EstimatedSeconds()) : null;

    internal CheckedSubtasks Part => _part;

    /// <summary>What checked the plan, and checks what a run adds.</summary>
    internal PlanChecker Checker { get; }

    internal TaskDescriptor[] TaskTypes => _part.TaskTypes;

    internal int[][] Dependencies => _part.Dependencies;

    internal SuccessorGraph Successors => _part.Successors;

    internal int[] TopologicalOrder => _part.TopologicalOrder;

    /// <summary>The distinct resource needs.</summary>
    internal NeedVectors NeedVectors { get; }

    /// <summary>Of each subtask the index of its needs in <see cref="NeedVectors"/>.</summary>
    internal int[] NeedVectorOf { get; }

    /// <summary>Of each subtask how urgent it is by the critical path, in seconds.</summary>
    internal double[] Priorities { get; }

    /// <summary>Gets the task type of a subtask. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <returns>The registered task type.</returns>
    public TaskDescriptor GetTaskType(int index) => _part.TaskTypes[index];

    /// <summary>Gets the resources that a subtask holds while an attempt of it runs. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <returns>The requirements of the subtask and of its task type together.</returns>
    public ResourceRequirements GetResources(int index) => _part.Needs[index];

    /// <summary>Gets the subtasks that must have ended before a subtask starts. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <returns>The indices of the dependencies.</returns>
    public IReadOnlyList<int> GetDependencies(int index) => _part.Dependencies[index];

    /// <summary>Gets the limits of a subtask's attempts, and whether it requires an approval. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <returns>The policy of the task type, with the values that the plan replaces.</returns>
    public AttemptPolicy GetPolicy(int index) => _part.Policies[index];

    /// <summary>
    /// Gets the value that takes the place of a subtask's output when its work fails for good; for a list, of the output of one item. For custom executors.
    /// </summary>
    /// <param name="index">The subtask's index.</param>
    /// <returns>The fallback with an instance of the output type that nobody else has; <see langword="null"/> when the subtask has none.</returns>
    public FallbackValue? GetFallback(int index) => _part.Policies[index].Fallback is { } fallback ? FallbackValue.Of(fallback.Read()) : null;

    /// <summary>Determines whether a subtask may start although one of its dependencies has failed. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <param name="dependency">The index of the dependency.</param>
    /// <returns><see langword="true"/> when the dependency is optional.</returns>
    public bool IsOptional(int index, int dependency) => _part.Optional?.Contains((dependency, index)) == true;

    /// <summary>Evaluates the condition of a subtask, whose dependencies have ended. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <param name="outputOf">Returns, by index, the output of a subtask that has succeeded.</param>
    /// <returns><see langword="true"/> when the condition holds, or there is none.</returns>
    /// <exception cref="InvalidOperationException">The output has no such part as the condition refers to.</exception>
    public bool HoldsCondition(int index, Func<int, object?> outputOf)
    {
        ArgumentNullException.ThrowIfNull(outputOf);
        return _part.Inputs[index]?.Condition is not { } part
            || Subtasks[index].Condition!.Holds(new InputBinder(new GrowingGraph(this), outputOf, Checker).FindForCondition(part));
    }

    /// <summary>Makes the input of a subtask from its arguments and the outputs that they refer to. For custom executors.</summary>
    /// <param name="index">The subtask's index.</param>
    /// <param name="outputOf">By index, the output of a subtask that has succeeded.</param>
    /// <returns>An instance of the task type's input type; <see langword="null"/> when it takes null.</returns>
    /// <exception cref="InvalidOperationException">An output has no such part as the arguments refer to.</exception>
    public object? BindInput(int index, Func<int, object?> outputOf)
    {
        ArgumentNullException.ThrowIfNull(outputOf);
        return new InputBinder(new GrowingGraph(this), outputOf, Checker).Bind(index);
    }
}
