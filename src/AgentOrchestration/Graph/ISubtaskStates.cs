namespace AgentOrchestration.Graph;

/// <summary>How far the subtasks of a graph are. May be asked while others end.</summary>
internal interface ISubtaskStates
{
    /// <summary>Returns whether a subtask has not ended; what has ended stays so.</summary>
    /// <param name="subtask">The subtask.</param>
    bool IsOpen(int subtask);

    /// <summary>Returns whether a subtask has succeeded, and so all that it waits for has ended; what has succeeded stays so.</summary>
    /// <param name="subtask">The subtask.</param>
    bool HasSucceeded(int subtask);
}
