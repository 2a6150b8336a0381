using AgentOrchestration.Tasks.Batching;

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
        Batch = taskType.Invoker.Batch is null ? null : new BatchGroup(taskType, Key: null);
        HasTimeLimit = (Timeout ?? TotalTimeout ?? IdleTimeout) is not null;
    }

    /// <summary>Gets the rules of retries and of the pauses before them.</summary>
    /// <value><see cref="MaxAttempts"/> replaces its number of attempts.</value>
    public RetryOptions Retry { get; }

    /// <summary>Gets the maximum number of attempts, the first included.</summary>
    /// <value>At least 1.</value>
    public int MaxAttempts { get; }

    /// <summary>Gets the maximum duration of one attempt.</summary>
    /// <value><see langword="null"/> for no limit.</value>
    public TimeSpan? Timeout { get; }

    /// <summary>Gets the maximum duration of all attempts together, including pauses.</summary>
    /// <value><see langword="null"/> for no limit.</value>
    public TimeSpan? TotalTimeout { get; }

    /// <summary>Gets the maximum time that an attempt may run without reporting progress.</summary>
    /// <value><see langword="null"/> for no limit.</value>
    public TimeSpan? IdleTimeout { get; }

    /// <summary>Gets a value that indicates whether the subtask must be approved before its first attempt.</summary>
    /// <value><see langword="true"/> when an approval is needed; otherwise <see langword="false"/>.</value>
    public bool RequiresApproval { get; private set; }

    /// <summary>Gets the usage that one attempt is expected to have, for budgets.</summary>
    /// <value><see cref="TaskUsage.None"/> when unknown.</value>
    public TaskUsage ExpectedUsage { get; }

    /// <summary>Whether an equal subtask's answer may stand for this one's, and another attempt may run beside an abandoned one.</summary>
    internal bool ChangesNothing { get; }

    internal bool HasTimeLimit { get; }

    /// <summary>With which subtasks it may be in one batch; <see langword="null"/> when its code takes one at a time.</summary>
    internal BatchGroup? Batch { get; private set; }

    /// <summary>What takes the place of the output when the work fails for good; <see langword="null"/> for nothing.</summary>
    internal OutputFallback? Fallback { get; private set; }

    /// <summary>Whether attempts may be as many and take as long as those of another.</summary>
    internal bool HasLimitsOf(AttemptPolicy other) =>
        MaxAttempts == other.MaxAttempts && Timeout == other.Timeout && TotalTimeout == other.TotalTimeout && IdleTimeout == other.IdleTimeout;

    internal AttemptPolicy With(OutputFallback fallback)
    {
        var copy = (AttemptPolicy)MemberwiseClone();
        copy.Fallback = fallback;
        return copy;
    }

    internal AttemptPolicy With(BatchGroup batch)
    {
        var copy = (AttemptPolicy)MemberwiseClone();
        copy.Batch = batch;
        return copy;
    }

    internal AttemptPolicy WithApproval()
    {
        var copy = (AttemptPolicy)MemberwiseClone();
        copy.RequiresApproval = true;
        return copy;
    }
}
