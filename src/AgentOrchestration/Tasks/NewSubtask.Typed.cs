namespace AgentOrchestration.Tasks;

/// <summary>
/// A subtask that was just added to a plan by a <see cref="TaskType{TInput, TOutput}"/>. <c>With</c> gives it its input and <c>ForEach</c> a list of
/// inputs; without either it has none.
/// </summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public sealed class NewSubtask<TInput, TOutput> : INewSubtask<ITaskHandler<TInput, TOutput>>
{
    private readonly TaskPlanBuilder _plan;

    internal NewSubtask(TaskPlanBuilder plan, string id)
    {
        _plan = plan;
        Id = id;
    }

    /// <inheritdoc/>
    public string Id { get; }

    TaskPlanBuilder INewSubtask<ITaskHandler<TInput, TOutput>>.Plan => _plan;

    /// <summary>Refers to the subtask without the type of its output.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <returns>The reference.</returns>
    public static implicit operator SubtaskRef(NewSubtask<TInput, TOutput> subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return subtask.ToSubtaskRef();
    }

    /// <summary>Refers to the subtask without the type of its output.</summary>
    /// <returns>The reference.</returns>
    public SubtaskRef ToSubtaskRef() => new(Id);
}
