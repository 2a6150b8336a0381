namespace AgentOrchestration.Testing.Simulation;

/// <summary>What an item that is queued to the thread pool does.</summary>
internal enum PoolItemKind
{
    /// <summary>It continues code, in the execution context of that.</summary>
    Flows,

    /// <summary>It leaves the execution context behind.</summary>
    Leaves,

    /// <summary>It throws an exception of code that nobody awaits.</summary>
    Throws,
}
