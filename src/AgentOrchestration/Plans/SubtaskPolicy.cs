namespace AgentOrchestration;

/// <summary>
/// What holds for one subtask instead of what its task type says. For plans made in code: a plan that a model writes may not set it.
/// </summary>
public sealed record SubtaskPolicy
{
    /// <summary>How often the subtask is tried in all, from 1 to 10,000. Default: the task type's.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How long one attempt may take. Default: the task type's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long all attempts may take together, pauses and time in which nobody drives the run included. Default: the task type's.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>How long an attempt may go without reporting progress. Default: the task type's.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Whether the subtask waits for somebody's approval. Default: what the task type and the approval rule say.</summary>
    public bool? RequiresApproval { get; init; }
}
