namespace AgentOrchestration.Tasks;

/// <summary>
/// A subtask that was just added to a plan by its handler class. <c>With</c> gives it its input and <c>ForEach</c> a list of inputs; without either it
/// has none.
/// </summary>
/// <typeparam name="THandler">The handler class.</typeparam>
public sealed class NewSubtask<THandler> : INewSubtask<THandler>
    where THandler : class, ITaskHandler
{
    private readonly TaskPlanBuilder _plan;

    internal NewSubtask(TaskPlanBuilder plan, string id)
    {
        _plan = plan;
        Id = id;
    }

    /// <inheritdoc/>
    public string Id { get; }

    TaskPlanBuilder INewSubtask<THandler>.Plan => _plan;

    /// <summary>Refers to the subtask without the type of its output.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <returns>The same reference.</returns>
    public static implicit operator SubtaskRef(NewSubtask<THandler> subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return subtask.ToSubtaskRef();
    }

    /// <summary>Refers to the subtask without the type of its output.</summary>
    /// <returns>The reference.</returns>
    public SubtaskRef ToSubtaskRef() => new(Id);
}
