namespace MarketReport.Reading;

/// <summary>Which months, quarters or halves of its years a file has, and whether it has them regularly.</summary>
internal sealed class YearCoverage
{
    private const string LastDays = "-28";

    private readonly Dictionary<int, int> _parts;

    private YearCoverage(int full, bool regular, Dictionary<int, int> parts)
    {
        Full = full;
        IsRegular = regular;
        _parts = parts;
    }

    /// <summary>Gets how many parts a full year has: 12, 4 or 2; 0 if no year of the file is full.</summary>
    public int Full { get; }

    /// <summary>Gets whether each entity has one row per part, and most years of entities are full. Else the file lists single events.</summary>
    public bool IsRegular { get; }

    public string PartName => Full switch
    {
        12 => "months",
        4 => "quarters",
        _ => "half-years",
    };

    /// <summary>Gets the first and the last year, where they have fewer parts than a full one.</summary>
    public IReadOnlyList<int> PartialYears =>
        Full == 0 ? [] : [.. new[] { _parts.Keys.Min(), _parts.Keys.Max() }.Distinct().Where(year => _parts[year] < Full)];

    public int PartsOf(int year) => _parts.GetValueOrDefault(year);

    public bool IsFull(IEnumerable<Observation> year) => PartsIn(year) >= Full;

    public static YearCoverage Of(IReadOnlyList<Observation> observations)
    {
        var years = observations.GroupBy(static observation => observation.Period.Year).ToDictionary(static year => year.Key, PartsIn);
        var full = FullYear(observations);
        if (full == 0 || years.Values.All(parts => parts != full))
        {
            return new YearCoverage(0, false, years);
        }

        var entityYears = observations.GroupBy(static observation => (observation.Entity, observation.Period.Year)).Select(static group => group.ToList()).ToList();
        var regular = DaysAreRegular(observations) && entityYears.TrueForAll(static group => group.Count == PartsIn(group)) && entityYears.Count(group => group.Count == full) * 2 >= entityYears.Count;
        return new YearCoverage(full, regular, years);
    }

    /// <summary>A series is dated by its months, or by one and the same day of them; events are on any day.</summary>
    private static bool DaysAreRegular(IReadOnlyList<Observation> observations)
    {
        var days = observations.Where(static observation => observation.Period.Month.Length > 0).Select(static observation => observation.Period.Part[observation.Period.Month.Length..]).Distinct(StringComparer.Ordinal).ToList();
        return days.Count <= 1 || days.TrueForAll(static day => string.CompareOrdinal(day, LastDays) >= 0);
    }

    private static int FullYear(IReadOnlyList<Observation> observations)
    {
        var parts = observations.Select(static observation => PartOf(observation.Period)).Distinct(StringComparer.Ordinal).ToList();
        if (parts.TrueForAll(static part => part.StartsWith('Q')))
        {
            return 4;
        }

        if (parts.TrueForAll(static part => part.StartsWith('H')))
        {
            return 2;
        }

        if (!observations.All(static observation => observation.Period.Month.Length > 0))
        {
            // Names of months in a language that is not known still count.
            return parts.Count is 4 or 12 && !parts.Contains("") ? parts.Count : 0;
        }

        var months = parts.ConvertAll(static month => int.Parse(month, System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
        return months.Count == 4 && months.Select(static (month, index) => month - (index * 3)).Distinct().Count() == 1 ? 4
            : months.Count == 12 ? 12
            : 0;
    }

    private static int PartsIn(IEnumerable<Observation> observations) =>
        observations.Select(static observation => PartOf(observation.Period)).Distinct(StringComparer.Ordinal).Count();

    /// <summary>The month of a day; else the part as it is.</summary>
    private static string PartOf(Period period) => period.Month.Length > 0 ? period.Month : period.Part;
}
