namespace AgentOrchestration;

/// <summary>A subtask that another waits for.</summary>
public sealed class AwaitedSubtask
{
    internal AwaitedSubtask(string subtaskId, SubtaskState state)
    {
        SubtaskId = subtaskId;
        State = state;
    }

    /// <summary>Gets the id of the subtask.</summary>
    public string SubtaskId { get; }

    /// <summary>Gets its state.</summary>
    public SubtaskState State { get; }
}
