namespace AgentOrchestration.Runs.Storage;

/// <summary>A store could not do what was asked, or what it holds is damaged. What was asked may have happened all the same.</summary>
public sealed class RunStoreException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What went wrong, where, and what helps.</param>
    /// <param name="innerException">What it comes from. Default: nothing.</param>
    public RunStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Gets a value that indicates whether the same operation may succeed a little later, for example when the store is busy or cannot be reached.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsTransient { get; init; }
}
