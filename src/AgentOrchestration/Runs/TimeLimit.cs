namespace AgentOrchestration.Runs;

/// <summary>Which limit an attempt ran into.</summary>
public enum TimeLimit
{
    /// <summary>That of one attempt.</summary>
    Attempt,

    /// <summary>That of the subtask over all its attempts.</summary>
    Subtask,

    /// <summary>That between two reports of progress.</summary>
    Idle,
}
