using System.Globalization;

namespace MarketReport.Reading;

/// <summary>
/// Makes one row per entity and year. Of several dates in a year the size is added up, and unknown as soon as one date lacks it, or
/// an entity lacks a month or quarter that others have; everything else is averaged weighted by size.
/// </summary>
internal static class YearlyRows
{
    private const int Quarters = 4;
    private const int Months = 12;
    private const int RowsInNote = 10;

    public static List<MarketRow> Of(IReadOnlyList<Observation> observations, int size, List<string> notes)
    {
        var parts = PartsOf(observations);
        var complete = WithoutPartialYears(observations, parts, notes);
        var groups = complete.GroupBy(static observation => (observation.Entity, observation.Period.Year)).ToList();
        var combined = groups.Count(static group => group.Skip(1).Any());
        if (combined > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Several dates of a year were combined in {combined:#,0} of {groups.Count:#,0} rows: the size is their sum, and unknown if one of them lacks it; all else is their average weighted by size."));
        }

        var incomplete = groups.Where(group => parts.GetValueOrDefault(group.Key.Year) > PartsIn(group)).Select(static group => group.Key).ToHashSet();
        if (incomplete.Count > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The size of {incomplete.Count:#,0} of {groups.Count:#,0} rows is unknown, for others have {(parts.Values.Max() == Quarters ? "quarters" : "months")} of the year that they lack: {string.Join(", ", incomplete.Take(RowsInNote).Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row.Entity} {row.Year}")))}{(incomplete.Count > RowsInNote ? " and more" : "")}."));
        }

        return groups
            .Select(group => new MarketRow(group.Key.Entity, group.Key.Year, Combine([.. group], size, isComplete: !incomplete.Contains(group.Key))))
            .OrderBy(static row => row.Entity, StringComparer.Ordinal)
            .ThenBy(static row => row.Year)
            .ToList();
    }

    /// <summary>A first or last year with fewer months or quarters than the full years has a size that cannot be compared with theirs.</summary>
    private static List<Observation> WithoutPartialYears(IReadOnlyList<Observation> observations, Dictionary<int, int> parts, List<string> notes)
    {
        if (parts.Count == 0)
        {
            return [.. observations];
        }

        var most = parts.Values.Max();
        var partial = new[] { parts.Keys.Min(), parts.Keys.Max() }.Distinct().Where(year => parts[year] < most).ToList();
        foreach (var year in partial)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{year} was left out: the file has {parts[year]} of {most} {(most == Quarters ? "quarters" : "months")} of it, which cannot be compared with a full year."));
        }

        return observations.Where(observation => !partial.Contains(observation.Period.Year)).ToList();
    }

    /// <summary>How many months or quarters the file has of each year; empty if no year has all of them.</summary>
    private static Dictionary<int, int> PartsOf(IReadOnlyList<Observation> observations)
    {
        var parts = observations.GroupBy(static observation => observation.Period.Year).ToDictionary(static year => year.Key, PartsIn);
        return parts.Values.DefaultIfEmpty(0).Max() is Quarters or Months ? parts : [];
    }

    private static int PartsIn(IEnumerable<Observation> observations) =>
        observations.Select(static observation => PartOfYear(observation.Period)).Distinct().Count();

    /// <summary>The month or quarter; days of a month count as one part.</summary>
    private static string PartOfYear(Period period) =>
        period.Part.Length > 2 && char.IsAsciiDigit(period.Part[0]) && period.Part[2] == '-' ? period.Part[..2] : period.Part;

    private static double?[] Combine(IReadOnlyList<Observation> observations, int size, bool isComplete)
    {
        if (observations.Count == 1 && isComplete)
        {
            return observations[0].Values;
        }

        var combined = new double?[observations[0].Values.Length];
        for (var measure = 0; measure < combined.Length; measure++)
        {
            combined[measure] = measure != size ? Average(observations, measure, size) : isComplete ? Sum(observations, size) : null;
        }

        return combined;
    }

    private static double? Sum(IReadOnlyList<Observation> observations, int size) =>
        observations.All(observation => observation.Values[size].HasValue)
            ? observations.Sum(observation => observation.Values[size]!.Value)
            : null;

    private static double? Average(IReadOnlyList<Observation> observations, int measure, int size)
    {
        var known = observations.Where(observation => observation.Values[measure].HasValue && observation.Values[size] > 0).ToList();
        var weight = known.Sum(observation => observation.Values[size]!.Value);
        return weight > 0 ? known.Sum(observation => observation.Values[measure]!.Value * observation.Values[size]!.Value) / weight : null;
    }
}
