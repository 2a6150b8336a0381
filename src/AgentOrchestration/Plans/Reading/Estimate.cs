using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Reads how long a model expects a subtask to take, in the ways in which that is written.</summary>
internal static partial class Estimate
{
    private const double LongestMinutes = 366 * 24 * 60;

    private const int LongestText = 40;

    /// <summary>Decides whether a subtask may take so long.</summary>
    public static bool IsPlausible(double minutes) => minutes is >= 0 and <= LongestMinutes;

    /// <summary>Reads a number of minutes, a number with a unit, or an ISO 8601 duration.</summary>
    /// <returns>The minutes, or <see langword="null"/> when it does not say how long.</returns>
    public static double? Read(JsonElement element)
    {
        double? minutes = element.ValueKind switch
        {
            JsonValueKind.Number => element.GetDouble(),
            JsonValueKind.String => Read(element.GetString()!.Trim()),
            _ => null,
        };
        return minutes is { } number && IsPlausible(number) ? minutes : null;
    }

    private static double? Read(string text)
    {
        if (text.Length > LongestText)
        {
            return null;
        }

        if (Amount().Match(text) is { Success: true } match && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double amount))
        {
            return amount * MinutesOf(match.Groups[2].Value);
        }

        try
        {
            return text.StartsWith('P') ? XmlConvert.ToTimeSpan(text).TotalMinutes : null;
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            return null;
        }
    }

    private static double MinutesOf(string unit) => (unit.Length == 0 ? 'm' : char.ToLowerInvariant(unit[0])) switch
    {
        's' => 1.0 / 60,
        'h' => 60,
        'd' => 24 * 60,
        _ => 1,
    };

    [GeneratedRegex("^[~≈]? ?([0-9]+(?:\\.[0-9]+)?) ?(s|sec|secs|seconds?|m|min|mins|minutes?|h|hrs?|hours?|d|days?)?\\.?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Amount();
}
