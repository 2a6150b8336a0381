namespace AgentOrchestration.Tasks;

/// <summary>A subtask that was just added to a plan by its handler class, and may be given its input. The handler's types decide which.</summary>
/// <typeparam name="THandler">The handler class, or an interface that it implements.</typeparam>
public interface INewSubtask<out THandler>
{
    /// <summary>Gets the id of the subtask.</summary>
    /// <value>The id within its plan.</value>
    string Id { get; }

    /// <summary>Gets the plan being built.</summary>
    internal TaskPlanBuilder Plan { get; }
}
