namespace AgentOrchestration.Graph.Growth;

/// <summary>Which subtasks of a graph have not ended. May be asked while others end.</summary>
internal interface IOpenSubtasks
{
    /// <summary>Returns whether a subtask has not ended; what has ended stays so.</summary>
    /// <param name="subtask">The subtask.</param>
    bool IsOpen(int subtask);
}
