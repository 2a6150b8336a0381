using System.Text.Json.Serialization;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Runs;

/// <summary>Why an attempt or a subtask failed.</summary>
/// <param name="Kind">The name of the exception's type, or of what went wrong.</param>
/// <param name="Message">What went wrong, in words.</param>
public sealed record SubtaskError(string Kind, string Message)
{
    /// <summary>The exception itself, in the process where it was thrown; <see langword="null"/> elsewhere.</summary>
    [JsonIgnore]
    public Exception? Exception { get; init; }

    internal static SubtaskError From(Exception exception) =>
        new(exception is InvalidPayloadException invalid ? invalid.Kind : exception.GetType().Name, MessageOf(exception)) { Exception = exception };

    /// <summary>An exception's message is code of whoever wrote the exception.</summary>
    private static string MessageOf(Exception exception)
    {
        try
        {
            // Whoever overrides it may not keep to its type.
            return exception.Message ?? "";
        }
        catch (Exception second)
        {
            return $"Its message could not be read: {second.GetType().Name}.";
        }
    }
}
