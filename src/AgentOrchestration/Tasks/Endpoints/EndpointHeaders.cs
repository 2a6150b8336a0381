using System.Globalization;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>What the headers of an answer say about limits. They come from outside: what is malformed, negative or absurd is as if it were not there.</summary>
internal sealed class EndpointHeaders
{
    private const double Most = 1e12;

    public double? RequestsLimit { get; private set; }

    public double? RequestsLeft { get; private set; }

    public double? InputLimit { get; private set; }

    public double? InputLeft { get; private set; }

    public double? OutputLimit { get; private set; }

    /// <summary>The seconds to wait; may be anything, also negative.</summary>
    public double? RetryAfter { get; private set; }

    /// <param name="headers">The headers.</param>
    /// <param name="now">When it is.</param>
    public static EndpointHeaders Read(IEnumerable<KeyValuePair<string, string>> headers, DateTimeOffset now)
    {
        var read = new EndpointHeaders();
        double? seconds = null;
        double? milliseconds = null;
        foreach ((string name, string value) in headers)
        {
            switch (name?.ToLowerInvariant())
            {
                case "retry-after":
                    seconds = Number(value) ?? Moment(value, now);
                    break;
                case "retry-after-ms":
                    milliseconds = Number(value);
                    break;
                case "x-ratelimit-limit-requests" or "anthropic-ratelimit-requests-limit":
                    read.RequestsLimit = Limit(value);
                    break;
                case "x-ratelimit-remaining-requests" or "anthropic-ratelimit-requests-remaining":
                    read.RequestsLeft = Left(value);
                    break;
                case "x-ratelimit-limit-tokens" or "anthropic-ratelimit-input-tokens-limit":
                    read.InputLimit = Limit(value);
                    break;
                case "x-ratelimit-remaining-tokens" or "anthropic-ratelimit-input-tokens-remaining":
                    read.InputLeft = Left(value);
                    break;
                case "anthropic-ratelimit-output-tokens-limit":
                    read.OutputLimit = Limit(value);
                    break;
            }
        }

        // The one with milliseconds is the more exact one.
        read.RetryAfter = milliseconds / 1_000 ?? seconds;
        return read;
    }

    private static double? Number(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    private static double? Limit(string? value) => Number(value) is { } number and >= 1 and <= Most ? number : null;

    private static double? Left(string? value) => Number(value) is { } number and >= 0 and <= Most ? number : null;

    private static double? Moment(string? value, DateTimeOffset now) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) ? (moment - now).TotalSeconds : null;
}
