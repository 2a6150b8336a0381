namespace AgentOrchestration.Tasks.Deferring;

/// <summary>The exception that is thrown when a batch endpoint has refused something.</summary>
public sealed class BatchEndpointException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="BatchEndpointException"/> class.</summary>
    /// <param name="message">What was refused, and why.</param>
    /// <param name="isFinal">Whether it is of no use to try again.</param>
    /// <param name="innerException">The cause. Default: none.</param>
    public BatchEndpointException(string message, bool isFinal, Exception? innerException = null)
        : base(message, innerException) => IsFinal = isFinal;

    /// <summary>Gets a value that indicates whether it is of no use to try again.</summary>
    /// <value><see langword="true"/> when it is of no use.</value>
    public bool IsFinal { get; }

    /// <summary>Gets the time to wait before trying again.</summary>
    /// <value>The default value is <see langword="null"/>: the endpoint has named none.</value>
    public TimeSpan? RetryAfter { get; init; }
}
