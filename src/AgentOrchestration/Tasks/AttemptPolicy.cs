namespace AgentOrchestration.Tasks;

/// <summary>The limits of a subtask's attempts: those of its task type, with what the plan says differently.</summary>
internal sealed class AttemptPolicy(TaskDescriptor taskType, SubtaskPolicy? own)
{
    public RetryOptions Retry { get; } = taskType.Options.Retry;

    public int MaxAttempts { get; } = own?.MaxAttempts ?? taskType.Options.Retry.MaxAttempts;

    public TimeSpan? Timeout { get; } = own?.Timeout ?? taskType.Options.Timeout;

    public TimeSpan? TotalTimeout { get; } = own?.TotalTimeout ?? taskType.Options.TotalTimeout;

    public TimeSpan? IdleTimeout { get; } = own?.IdleTimeout ?? taskType.Options.IdleTimeout;

    public bool RequiresApproval { get; private set; } = own?.RequiresApproval ?? taskType.Options.RequiresApproval;

    public TaskUsage ExpectedUsage { get; } = taskType.Options.ExpectedUsage;

    /// <summary>Whether an equal subtask's answer may stand for this one's, and another attempt may run beside an abandoned one.</summary>
    public bool ChangesNothing { get; } = taskType.MayShare;

    public bool HasTimeLimit { get; } = (own?.Timeout ?? taskType.Options.Timeout ?? own?.TotalTimeout ?? taskType.Options.TotalTimeout ?? own?.IdleTimeout ?? taskType.Options.IdleTimeout) is not null;

    /// <summary>Whether attempts may be as many and take as long as those of another.</summary>
    public bool HasLimitsOf(AttemptPolicy other) =>
        MaxAttempts == other.MaxAttempts && Timeout == other.Timeout && TotalTimeout == other.TotalTimeout && IdleTimeout == other.IdleTimeout;

    public AttemptPolicy WithApproval()
    {
        var copy = (AttemptPolicy)MemberwiseClone();
        copy.RequiresApproval = true;
        return copy;
    }
}
