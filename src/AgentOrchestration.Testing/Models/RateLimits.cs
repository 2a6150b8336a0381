using System.Globalization;

namespace AgentOrchestration.Testing.Models;

/// <summary>The limits of a scripted server, and the headers in which it reports them. Not thread-safe. Times are in seconds.</summary>
internal sealed class RateLimits(ScriptedModelOptions options)
{
    private readonly RateBucket? _requests = Bucket(options.RequestsPerMinute, options.LimitsEachSecond);
    private readonly RateBucket? _input = Bucket(options.InputTokensPerMinute, eachSecond: false);
    private readonly RateBucket? _output = Bucket(options.OutputTokensPerMinute, eachSecond: false);

    private (string Name, RateBucket? Bucket)[] All => [("requests", _requests), ("input-tokens", _input), ("output-tokens", _output)];

    /// <summary>Multiplies all limits from now on.</summary>
    public void Scale(double factor)
    {
        foreach ((string name, RateBucket? bucket) in All)
        {
            double perMinute = (bucket?.PerMinute ?? 0) * factor;
            bucket?.Change(perMinute, name == "requests" ? CapacityOf(perMinute, options.LimitsEachSecond) : perMinute);
        }
    }

    public void AdvanceTo(double now)
    {
        foreach ((_, RateBucket? bucket) in All)
        {
            bucket?.AdvanceTo(now);
        }
    }

    /// <summary>Takes a request, which counts also when it is rejected.</summary>
    /// <param name="inputTokens">Its input that counts.</param>
    /// <param name="wait">The seconds after which it would be accepted.</param>
    /// <returns>The limit that it exceeds, or <see langword="null"/>.</returns>
    public string? Take(int inputTokens, out double wait)
    {
        double[] waits = [_requests?.DueIn(1) ?? 0, _input?.DueIn(inputTokens) ?? 0, _output?.DueIn(1) ?? 0];
        wait = waits.Max();
        _requests?.Take(1);
        if (wait > 0)
        {
            return All[Array.IndexOf(waits, wait)].Name;
        }

        _input?.Take(inputTokens);
        return null;
    }

    public void Write(int outputTokens) => _output?.Take(outputTokens);

    public Dictionary<string, string> Headers(DateTimeOffset now, double? retryAfter)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        if (retryAfter is { } wait && options.Headers != ScriptedModelHeaders.None)
        {
            headers["retry-after"] = Math.Ceiling(wait).ToString(CultureInfo.InvariantCulture);
        }

        foreach ((string name, RateBucket? bucket) in All)
        {
            if (bucket is null)
            {
                continue;
            }

            string limit = Math.Floor(bucket.PerMinute).ToString(CultureInfo.InvariantCulture);
            string remaining = Math.Max(0, Math.Floor(bucket.Level)).ToString(CultureInfo.InvariantCulture);
            double full = bucket.DueIn(bucket.Capacity);
            switch (options.Headers)
            {
                case ScriptedModelHeaders.OpenAI when name != "output-tokens":
                    string kind = name == "requests" ? name : "tokens";
                    headers[$"x-ratelimit-limit-{kind}"] = limit;
                    headers[$"x-ratelimit-remaining-{kind}"] = remaining;
                    headers[$"x-ratelimit-reset-{kind}"] = string.Create(CultureInfo.InvariantCulture, $"{full:0.###}s");
                    break;
                case ScriptedModelHeaders.Anthropic:
                    headers[$"anthropic-ratelimit-{name}-limit"] = limit;
                    headers[$"anthropic-ratelimit-{name}-remaining"] = remaining;
                    headers[$"anthropic-ratelimit-{name}-reset"] = now.AddSeconds(full).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
                    break;
            }
        }

        return headers;
    }

    private static RateBucket? Bucket(int? perMinute, bool eachSecond) => perMinute is { } limit ? new RateBucket(limit, CapacityOf(limit, eachSecond)) : null;

    private static double CapacityOf(double perMinute, bool eachSecond) => eachSecond ? Math.Max(1, perMinute / 60) : perMinute;
}
