namespace AgentOrchestration.Testing;

/// <summary>A store does not keep a promise of <c>IRunStore</c>.</summary>
public sealed class RunStoreConformanceException : Exception
{
    internal RunStoreConformanceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
