namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>The error of a call that a model's endpoint has rejected as often as it may be sent. The inner exception is that of the last rejection.</summary>
public sealed class ModelEndpointRejectedException : Exception
{
    internal ModelEndpointRejectedException(string endpoint, int attempts, TimeSpan retryAfter, Exception innerException)
        : base($"The endpoint '{endpoint}' has rejected the call {attempts} times. Lower the rate at which it is called, or raise MaxAttempts of the endpoint.", innerException)
    {
        Endpoint = endpoint;
        Attempts = attempts;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets the name of the endpoint.</summary>
    /// <value>As it was added.</value>
    public string Endpoint { get; }

    /// <summary>Gets the number of times the call was sent.</summary>
    /// <value>At least 1.</value>
    public int Attempts { get; }

    /// <summary>Gets the time to wait before the next attempt. A retry of the subtask waits so long, unless its task type says otherwise.</summary>
    /// <value>Zero or more.</value>
    public TimeSpan RetryAfter { get; }
}
