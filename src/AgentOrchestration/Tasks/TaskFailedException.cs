namespace AgentOrchestration;

/// <summary>
/// Fails an attempt and decides about the next one, which for other exceptions the <see cref="RetryOptions"/> of the task type decide.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddTaskType("order", "Places an order.", (string article) =&gt;
///     article.Length == 0
///         ? throw new TaskFailedException("The article has no number: give one.") { IsFinal = true }
///         : throw new TaskFailedException("The shop is busy.") { RetryAfter = TimeSpan.FromSeconds(30) });
/// </code>
/// </example>
public sealed class TaskFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong.</param>
    /// <param name="innerException">What it comes from. Default: nothing.</param>
    public TaskFailedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets a value that indicates whether another attempt is of no use.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsFinal { get; init; }

    /// <summary>Gets the time to wait before the next attempt.</summary>
    /// <value>The default value is <see langword="null"/>: the pause of the task type.</value>
    public TimeSpan? RetryAfter { get; init; }
}
