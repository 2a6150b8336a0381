namespace AgentOrchestration.Plans.Json;

/// <summary>An input or an output breaks what its task type declares.</summary>
/// <param name="kind">What is wrong, as errors name it.</param>
/// <param name="message">What is wrong, in words.</param>
/// <param name="innerException">What it comes from. Default: nothing.</param>
#pragma warning disable CA1064 // An error of a subtask has its kind and message; nobody catches it.
internal sealed class InvalidPayloadException(string kind, string message, Exception? innerException = null) : Exception(message, innerException)
#pragma warning restore CA1064
{
    /// <summary>The kind of an input that does not fit.</summary>
    public const string InvalidArguments = "InvalidArguments";

    /// <summary>The kind of an output that is not as declared.</summary>
    public const string InvalidOutput = "InvalidOutput";

    /// <summary>The kind of an output that JSON cannot hold.</summary>
    public const string ResultNotStorable = "ResultNotStorable";

    public string Kind { get; } = kind;

    /// <summary>Whether another attempt would meet the same.</summary>
    public bool IsFinal { get; init; }
}
