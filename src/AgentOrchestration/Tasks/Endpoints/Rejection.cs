using System.Net;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// Recognises that an endpoint has rejected a call without doing any work. Chat clients throw exceptions of their own SDKs, which this library does not refer
/// to; so a rejection is recognised by its HTTP status, or by the status in the message.
/// </summary>
internal static partial class Rejection
{
    private const int MaxInner = 8;

    /// <summary>Gets whether a status means: too many requests, or overloaded.</summary>
    public static bool Is(int status) => status is 429 or 529 or 503;

    /// <summary>Gets whether a status means that the limits are exceeded, not that the endpoint has too much to do.</summary>
    public static bool IsLimit(int status) => status == 429;

    /// <summary>Gets the status of a rejection; <see langword="null"/> when an exception is none.</summary>
    public static int? StatusOf(Exception exception)
    {
        int count = 0;
        for (Exception? inner = exception; inner is not null && count++ < MaxInner; inner = inner.InnerException)
        {
            if (inner is HttpRequestException { StatusCode: HttpStatusCode status })
            {
                return Is((int)status) ? (int)status : null;
            }

            if (Status().Match(inner.Message) is { Success: true } match)
            {
                return int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    [GeneratedRegex(@"^\W{0,2}(?:HTTP|status|status code|service request failed\.\s+status)\W{1,3}(429|503|529)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Status();
}
