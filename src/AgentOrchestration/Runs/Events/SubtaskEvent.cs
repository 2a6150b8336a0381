namespace AgentOrchestration.Runs.Events;

/// <summary>A fact about one subtask of a run.</summary>
public abstract record SubtaskEvent : RunEvent
{
    private protected SubtaskEvent()
    {
    }

    /// <summary>The subtask.</summary>
    public required string SubtaskId { get; init; }
}
