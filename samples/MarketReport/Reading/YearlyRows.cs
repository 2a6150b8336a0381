using System.Globalization;

namespace MarketReport.Reading;

/// <summary>
/// Makes one row per entity and year. Of several rows in a year whatever adds up is added up, and everything else is averaged weighted by
/// size. A size is unknown as soon as one row lacks it, or an entity lacks a month or quarter that the others have.
/// </summary>
internal static class YearlyRows
{
    private const int RowsInNote = 10;

    /// <param name="observations">The accepted lines.</param>
    /// <param name="size">The index of the size among the values.</param>
    /// <param name="adds">Of each value, whether it adds up.</param>
    /// <param name="stocks">Of each value that adds up, whether it does so over entities only, and not over time.</param>
    /// <param name="notes">Receives what was combined and left out.</param>
    public static List<MarketRow> Of(IReadOnlyList<Observation> observations, int size, IReadOnlyList<bool> adds, IReadOnlyList<bool> stocks, List<string> notes)
    {
        var coverage = YearCoverage.Of(observations);
        var complete = WithoutPartialYears(observations, coverage, notes);
        var groups = complete.GroupBy(static observation => (observation.Entity, observation.Period.Year)).Select(static group => group.ToList()).ToList();
        NoteCombined(groups, adds[size], stocks[size], notes);
        var incomplete = coverage.IsRegular ? groups.Where(group => !coverage.IsFull(group)).ToHashSet() : [];
        NoteUnknown(incomplete, groups.Count, $"for others have {coverage.PartName} of the year that they lack", notes);
        NoteUnknown([.. groups.Where(group => !incomplete.Contains(group) && group.Exists(row => row.Values[size] is null))], groups.Count, "because a line of it has no value; it is in no total", notes);
        return groups
            .Select(group => new MarketRow(group[0].Entity, group[0].Period.Year, Combine(group, size, adds, stocks, isComplete: !incomplete.Contains(group))))
            .OrderBy(static row => row.Entity, StringComparer.Ordinal)
            .ThenBy(static row => row.Year)
            .ToList();
    }

    private static void NoteCombined(List<List<Observation>> groups, bool sizeAdds, bool sizeIsStock, List<string> notes)
    {
        var combined = groups.Count(static group => group.Count > 1);
        if (combined == 0)
        {
            return;
        }

        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Several dates of a year, or lines of a date, were combined in {combined:#,0} of {groups.Count:#,0} rows: ")
            + (sizeAdds
                ? $"the size is their sum{(sizeIsStock ? " on each date and the average over the dates, because it does not add up over time" : "")}, and unknown if one of them lacks it; all else that does not add up is their average weighted by size."
                : "each value is their average."));
        var copies = groups.Sum(static group => group.Count - group.Select(static row => string.Join('\n', row.Record.Fields)).Distinct(StringComparer.Ordinal).Count());
        if (copies > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{copies:#,0} {(copies == 1 ? "line is" : "lines are")} the same as another in every field; {(copies == 1 ? "it was" : "they were")} counted too."));
        }
    }

    private static void NoteUnknown(HashSet<List<Observation>> unknown, int all, string reason, List<string> notes)
    {
        if (unknown.Count > 0)
        {
            var names = string.Join(", ", unknown.Take(RowsInNote).Select(static group => string.Create(CultureInfo.InvariantCulture, $"{group[0].Entity} {group[0].Period.Year}")));
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The size of {unknown.Count:#,0} of {all:#,0} rows is unknown, {reason}: {names}{(unknown.Count > RowsInNote ? " and more" : "")}."));
        }
    }

    /// <summary>
    /// In a regular file, a first or last year with fewer months or quarters than the full years has a size that cannot be compared with
    /// theirs. Where the lines are single events, a month without one is a month without one.
    /// </summary>
    private static List<Observation> WithoutPartialYears(IReadOnlyList<Observation> observations, YearCoverage coverage, List<string> notes)
    {
        foreach (var year in coverage.PartialYears)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{year} ")
                + (coverage.IsRegular ? "was left out: the file has " : "may not be whole: the file has ")
                + string.Create(CultureInfo.InvariantCulture, $"{coverage.PartsOf(year)} of {coverage.Full} {coverage.PartName} of it")
                + (coverage.IsRegular ? ", which cannot be compared with a full year." : "; it was counted."));
        }

        return [.. observations.Where(observation => !coverage.IsRegular || !coverage.PartialYears.Contains(observation.Period.Year))];
    }

    private static double?[] Combine(List<Observation> observations, int size, IReadOnlyList<bool> adds, IReadOnlyList<bool> stocks, bool isComplete)
    {
        if (observations.Count == 1 && isComplete)
        {
            return observations[0].Values;
        }

        var combined = new double?[observations[0].Values.Length];
        for (var measure = 0; measure < combined.Length; measure++)
        {
            combined[measure] = adds[measure] ? (isComplete ? Sum(observations, measure) / (stocks[measure] ? observations.DistinctBy(static row => row.Period).Count() : 1) : null)
                : adds[size] ? WeightedAverage(observations, measure, size)
                : observations.Average(observation => observation.Values[measure]);
        }

        return combined;
    }

    private static double? Sum(List<Observation> observations, int measure) =>
        observations.TrueForAll(observation => observation.Values[measure].HasValue)
            ? observations.Sum(observation => observation.Values[measure]!.Value)
            : null;

    private static double? WeightedAverage(List<Observation> observations, int measure, int size)
    {
        var known = observations.Where(observation => observation.Values[measure].HasValue && observation.Values[size] > 0).ToList();
        var weight = known.Sum(observation => observation.Values[size]!.Value);
        return weight > 0 ? known.Sum(observation => observation.Values[measure]!.Value * observation.Values[size]!.Value) / weight : null;
    }
}
