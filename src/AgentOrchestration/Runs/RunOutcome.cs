namespace AgentOrchestration.Runs;

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every subtask succeeded.</summary>
    Succeeded,

    /// <summary>At least one subtask failed, and none was cancelled.</summary>
    Failed,

    /// <summary>The run was cancelled before every subtask was done; some may have failed before.</summary>
    Cancelled,
}
