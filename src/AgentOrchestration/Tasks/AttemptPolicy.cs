namespace AgentOrchestration.Tasks;

/// <summary>The limits of a subtask's attempts: those of its task type, unless the plan sets its own. Immutable.</summary>
public sealed class AttemptPolicy
{
    internal AttemptPolicy(TaskDescriptor taskType, SubtaskPolicy? own)
    {
        Retry = taskType.Options.Retry;
        MaxAttempts = own?.MaxAttempts ?? taskType.Options.Retry.MaxAttempts;
        Timeout = own?.Timeout ?? taskType.Options.Timeout;
        TotalTimeout = own?.TotalTimeout ?? taskType.Options.TotalTimeout;
        IdleTimeout = own?.IdleTimeout ?? taskType.Options.IdleTimeout;
        RequiresApproval = own?.RequiresApproval ?? taskType.Options.RequiresApproval;
        ExpectedUsage = taskType.Options.ExpectedUsage;
        ChangesNothing = taskType.MayShare;
        HasTimeLimit = (Timeout ?? TotalTimeout ?? IdleTimeout) is not null;
    }

    /// <summary>Gets when a failed attempt is retried, and after which pause. <see cref="MaxAttempts"/> replaces its number of attempts.</summary>
    public RetryOptions Retry { get; }

    /// <summary>Gets the maximum number of attempts, the first included.</summary>
    public int MaxAttempts { get; }

    /// <summary>Gets how long one attempt may take; <see langword="null"/> for no limit.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>Gets how long all attempts may take together, pauses included; <see langword="null"/> for no limit.</summary>
    public TimeSpan? TotalTimeout { get; }

    /// <summary>Gets how long an attempt may run without reporting progress; <see langword="null"/> for no limit.</summary>
    public TimeSpan? IdleTimeout { get; }

    /// <summary>Gets whether the subtask must be approved before its first attempt.</summary>
    public bool RequiresApproval { get; private set; }

    /// <summary>Gets what one attempt is expected to use, for budgets.</summary>
    public TaskUsage ExpectedUsage { get; }

    /// <summary>Whether an equal subtask's answer may stand for this one's, and another attempt may run beside an abandoned one.</summary>
    internal bool ChangesNothing { get; }

    internal bool HasTimeLimit { get; }

    /// <summary>Whether attempts may be as many and take as long as those of another.</summary>
    internal bool HasLimitsOf(AttemptPolicy other) =>
        MaxAttempts == other.MaxAttempts && Timeout == other.Timeout && TotalTimeout == other.TotalTimeout && IdleTimeout == other.IdleTimeout;

    internal AttemptPolicy WithApproval()
    {
        var copy = (AttemptPolicy)MemberwiseClone();
        copy.RequiresApproval = true;
        return copy;
    }
}
