namespace AgentOrchestration.Runs.Events;

/// <summary>A fact about one subtask of a run.</summary>
public abstract record SubtaskEvent : RunEvent
{
    private protected SubtaskEvent()
    {
    }

    /// <summary>Gets the id of the subtask.</summary>
    /// <value>An id of the run.</value>
    public required string SubtaskId { get; init; }
}
