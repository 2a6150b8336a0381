using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// Names the errors of a model's endpoint that no second attempt repairs. Chat clients throw exceptions of their own SDKs, which this library
/// does not refer to; so an error is recognised by its HTTP status and by the words that public endpoints use.
/// </summary>
internal static partial class EndpointError
{
    private const int LongestMessage = 500;
    private const int MaxInner = 8;
    private const int FirstError = 400;
    private const string Json = "System.Text.Json";

    /// <summary>Gets the diagnostic of an exception that a chat client threw, or <see langword="null"/> when it is another error.</summary>
    public static PlanDiagnostic? Explain(Exception exception)
    {
        string text = TextOf(exception);
        int? status = StatusOf(exception, text);
        return NameOf(text, status) is { } code ? AnswerDiagnostic.Endpoint(code, Excerpt.Of(text, LongestMessage))
            : status is null && IsUnreadable(exception) ? AnswerDiagnostic.Endpoint(PlanDiagnosticCode.InvalidResponse, Excerpt.Of(text, LongestMessage))
            : null;
    }

    /// <summary>Gets the code of an error that an endpoint described in words, or <see langword="null"/> when the words are not known.</summary>
    /// <param name="text">The words.</param>
    /// <param name="status">The HTTP status, where it is known.</param>
    public static PlanDiagnosticCode? NameOf(string text, int? status) => status switch
    {
        (int)HttpStatusCode.RequestEntityTooLarge => PlanDiagnosticCode.ContextTooLong,
        null or (>= 400 and < 500 and not (401 or 408 or 429)) when Filter().IsMatch(text) => PlanDiagnosticCode.ContentFilter,
        null or 400 or 422 when ContextLength().IsMatch(text) => PlanDiagnosticCode.ContextTooLong,
        null when ResponseFormat().IsMatch(text) && Rejection().IsMatch(text) => PlanDiagnosticCode.UnsupportedResponseFormat,
        400 or 404 or 415 or 422 or 500 or 501 when ResponseFormat().IsMatch(text) || (status != 500 && Schema().IsMatch(text)) => PlanDiagnosticCode.UnsupportedResponseFormat,
        _ => null,
    };

    /// <summary>Gets whether an endpoint rejected this schema, or strict mode, and not schemas in general.</summary>
    public static bool IsAboutSchema(Exception exception) => InvalidSchema().IsMatch(TextOf(exception));

    /// <summary>Gets whether an endpoint rejected the maximum length of the answer: more than its model can write.</summary>
    public static bool IsAboutOutputLimit(Exception exception)
    {
        string text = TextOf(exception);
        return StatusOf(exception, text) is null or 400 or 422 && OutputLimit().IsMatch(text) && Rejection().IsMatch(text);
    }

    /// <summary>Gets whether a chat client could not read what the endpoint sent. Its exceptions are then those of whatever parsed it.</summary>
    private static bool IsUnreadable(Exception exception) =>
        exception is JsonException or FormatException or ArgumentOutOfRangeException or ArgumentNullException or IndexOutOfRangeException
        || exception.Source?.StartsWith(Json, StringComparison.Ordinal) == true
        || (exception.InnerException is { } inner and (JsonException or FormatException) && IsUnreadable(inner));

    private static int? StatusOf(Exception exception, string text)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpRequestException { StatusCode: { } status })
            {
                return (int)status;
            }
        }

        foreach (Match match in Status().Matches(text))
        {
            if (Enum.TryParse(match.Groups[1].Value, ignoreCase: true, out HttpStatusCode written) && (int)written >= FirstError)
            {
                return (int)written;
            }
        }

        return null;
    }

    private static string TextOf(Exception exception)
    {
        List<string> messages = [];
        for (Exception? inner = exception; inner is not null && messages.Count < MaxInner; inner = inner.InnerException)
        {
            messages.Add(inner.Message.ReplaceLineEndings(" "));
        }

        return string.Join(' ', messages);
    }

    [GeneratedRegex(@"\b(?:HTTP|status|status code)\W{1,3}([45]\d\d|[a-z]{8,})\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Status();

    [GeneratedRegex(@"content[ _-]?(filter|management policy|policy violation)|ResponsibleAIPolicyViolation|blocked by (our |the )?(content|safety)|safety (system|filter)|requires moderation|(input|prompt) was flagged", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Filter();

    [GeneratedRegex(
        @"context[ _-]?(length|window|size)|(prompt|input|request|messages?) (is |are |was )?too (long|large)|too many (input |prompt )?tokens|maximum (prompt|input|sequence) length|token (count|limit)[^.]{0,60}exceed|exceeds?[^.]{0,60}(number of|token|input) (tokens|limit|length)|max_new_tokens",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ContextLength();

    [GeneratedRegex(@"(response|output)[ _-]?(format|schema|mime[ _-]?type)|json[ _-]?(schema|object|mode)|structured[ _-]?outputs?|guided[ _-]?(json|decoding)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ResponseFormat();

    [GeneratedRegex(@"\b(schema|grammar|strict)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Schema();

    [GeneratedRegex(@"support|invalid|unknown|unrecognized|unexpected|unavailable|not (allowed|permitted|available|implemented|enabled)|must be|too large|at most|exceed|less than", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rejection();

    [GeneratedRegex(@"\bmax_?(completion_?|output_?|new_?)?tokens\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OutputLimit();

    [GeneratedRegex(@"\bstrict\b|invalid (json )?schema|schema (is )?(invalid|too)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InvalidSchema();
}
