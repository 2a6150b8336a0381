namespace AgentOrchestration.Runs.Journal;

/// <summary>What is asked of the driver of a run. The names stand in stores.</summary>
internal enum CommandKind
{
    /// <summary>To stop the run.</summary>
    Cancel,

    /// <summary>To cancel one subtask.</summary>
    CancelSubtask,

    /// <summary>To take an answer to the question whether a subtask may run.</summary>
    Decide,

    /// <summary>To give the run another budget.</summary>
    ExtendBudget,

    /// <summary>To pause the run.</summary>
    Pause,

    /// <summary>To continue a paused run.</summary>
    Continue,
}
