namespace AgentOrchestration.Graph.Growth;

/// <summary>Which subtasks of a graph have not ended. May be asked while others end.</summary>
internal interface IOpenSubtasks
{
    /// <summary>Returns whether a subtask has not ended; what has ended stays so.</summary>
    /// <param name="subtask">The subtask.</param>
    bool IsOpen(int subtask);

    /// <summary>Returns whether something has to wait for an end still: whether it is open, or has lost something that is needed.</summary>
    /// <param name="end">The end, of which everything is part of the graph.</param>
    bool IsAwaitable(AdditionEnd end);
}
