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

    /// <summary>Whether the same may work a little later, as when the store is busy or cannot be reached. Default: no.</summary>
    public bool IsTransient { get; init; }
}
