namespace AgentOrchestration;

/// <summary>
/// Fails an attempt and says what to do next, which for other exceptions the task type's <see cref="RetryOptions"/> decide.
/// </summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What it comes from. Default: nothing.</param>
    public TaskFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether another attempt is of no use. Default: it may be of use.</summary>
    public bool IsFinal { get; init; }

    /// <summary>How long to wait before the next attempt, instead of the task type's own pause. Default: that pause.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
