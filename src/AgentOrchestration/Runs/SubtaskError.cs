using System.Text.Json.Serialization;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs;

namespace AgentOrchestration;

/// <summary>Describes why an attempt or a subtask failed.</summary>
/// <param name="Kind">The name of the exception's type, or of what went wrong.</param>
/// <param name="Message">What went wrong, in words. The library cuts an exception's message to 64 KiB, and says so at its end.</param>
/// <example>
/// <code>
/// RunResult result = await run.WaitAsync(cancellationToken);
/// foreach (SubtaskSnapshot failed in result.Failed)
/// {
///     Console.Error.WriteLine($"{failed.Subtask.Id}: {failed.Error?.Kind}: {failed.Error?.Message}");
/// }
/// </code>
/// </example>
public sealed record SubtaskError(string Kind, string Message)
{
    /// <summary>Gets the exception itself.</summary>
    /// <value>
    /// <see langword="null"/> outside the process in which it was thrown, and where it could show a secret: when the attempt was given one, or when
    /// the text or data of the exception hold one that the run was given.
    /// </value>
    [JsonIgnore]
    public Exception? Exception { get; init; }

    /// <summary>Makes the error of an exception. A message that is too long is cut.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="redact">Leaves out of the message what nobody may see, before it is cut. Default: nothing.</param>
    internal static SubtaskError From(Exception exception, Func<string, string>? redact = null)
    {
        string message = MessageOf(exception);
        string kind = exception is InvalidPayloadException invalid ? invalid.Kind : exception.GetType().Name;
        return new SubtaskError(kind, ErrorText.Capped(redact is null ? message : redact(message))) { Exception = exception };
    }

    /// <summary>An exception's message is code of the exception's author.</summary>
    private static string MessageOf(Exception exception)
    {
        try
        {
            // An override may not keep to its type.
            return exception.Message ?? "";
        }
        catch (Exception second)
        {
            return $"Its message could not be read: {second.GetType().Name}.";
        }
    }
}
