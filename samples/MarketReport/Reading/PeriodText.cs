using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Reads years and dates.</summary>
internal static partial class PeriodText
{
    private const int FirstYear = 1800;
    private const int LastYear = 2200;

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    public static bool TryParse(string cell, out Period period)
    {
        var text = cell.Trim();
        return TryYear(text, out period) || TryDate(text, out period) || TryPart(text, out period);
    }

    private static bool TryYear(string text, out Period period)
    {
        var match = WholeYear().Match(text);
        return Create(match, "", out period);
    }

    private static bool TryDate(string text, out Period period)
    {
        period = default;
        var match = YearFirst().Match(text);
        if (match.Success)
        {
            var month = Number(match.Groups["month"]);
            var day = match.Groups["day"].Success ? Number(match.Groups["day"]) : 0;
            return month is >= 1 and <= 12 && day <= 31 && (day >= 1 || !match.Groups["day"].Success)
                && Create(match, Part(month, day, match.Groups["time"].Value), out period);
        }

        match = YearLast().Match(text);
        if (!match.Success)
        {
            return false;
        }

        // Day and month may stand in either order; which is which matters only to tell dates apart, unless one is above twelve.
        var first = Number(match.Groups["first"]);
        var second = Number(match.Groups["second"]);
        var swapped = first <= 12 && (second > 12 || match.Groups["mark"].Value == "/");
        var monthOfYear = swapped ? first : second;
        var dayOfMonth = swapped ? second : first;
        return monthOfYear is >= 1 and <= 12 && dayOfMonth is >= 1 and <= 31 && Create(match, Part(monthOfYear, dayOfMonth, ""), out period);
    }

    private static bool TryPart(string text, out Period period)
    {
        var match = Quarter().Match(text);
        if (match.Success)
        {
            return Create(match, "Q" + match.Groups["part"].Value, out period);
        }

        match = NamedMonth().Match(text);
        var month = match.Success ? Array.IndexOf(Months, match.Groups["name"].Value[..3].ToLowerInvariant()) + 1 : 0;
        if (month > 0)
        {
            return Create(match, Part(month, 0, ""), out period);
        }

        return Create(Week().Match(text) is { Success: true } week ? week : Match.Empty, "W" + Week().Match(text).Groups["part"].Value, out period);
    }

    private static bool Create(Match match, string part, out Period period)
    {
        period = default;
        if (!match.Success || Number(match.Groups["year"]) is not (>= FirstYear and <= LastYear and var year))
        {
            return false;
        }

        period = new Period(year, part);
        return true;
    }

    private static string Part(int month, int day, string time) =>
        string.Create(CultureInfo.InvariantCulture, $"{month:00}") + (day == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{day:00}")) + time;

    private static int Number(Group group) => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<year>[0-9]{4})(?:\.0+)?$")]
    private static partial Regex WholeYear();

    [GeneratedRegex(@"^(?<year>[0-9]{4})(?:[-/.](?<month>[0-9]{1,2})(?:[-/.](?<day>[0-9]{1,2})(?<time>[T ].*)?)?|[mM](?<month>[0-9]{1,2}))$")]
    private static partial Regex YearFirst();

    [GeneratedRegex(@"^(?<first>[0-9]{1,2})(?<mark>[-/.])(?<second>[0-9]{1,2})[-/.](?<year>[0-9]{4})$")]
    private static partial Regex YearLast();

    [GeneratedRegex(@"^(?:(?<year>[0-9]{4})[- /]?[qQ](?<part>[1-4])|[qQ](?<part>[1-4])[- /]?(?<year>[0-9]{4}))$")]
    private static partial Regex Quarter();

    [GeneratedRegex(@"^(?<name>[A-Za-z]{3,9})\.?[- ](?<year>[0-9]{4})$")]
    private static partial Regex NamedMonth();

    [GeneratedRegex(@"^(?<year>[0-9]{4})-?W(?<part>[0-9]{2})$")]
    private static partial Regex Week();
}
