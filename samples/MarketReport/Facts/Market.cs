using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>The data without its left-out entities, and the sums and averages every analysis rests on.</summary>
internal sealed class Market
{
    public const int TrendYears = 10;
    public const int RecentYears = 5;

    private readonly Dictionary<(string Entity, int Year), MarketRow> _rows;
    private readonly Dictionary<string, string> _ids;

    public Market(MarketData data)
    {
        Data = data;
        var leftOut = data.LeftOut.Select(static entity => entity.Entity).ToHashSet(StringComparer.Ordinal);
        var ranked = data.Rows.Where(row => !leftOut.Contains(row.Entity)).ToList();
        _rows = ranked.ToDictionary(static row => (row.Entity, row.Year));
        Entities = ranked.Select(static row => row.Entity).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        Years = ranked.Select(static row => row.Year).Distinct().Order().ToList();
        _ids = Entities.Zip(FactId.OfAll(Entities)).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal);
        Size = IndexesOf(MeasureRole.Size)[0];
        Shares = IndexesOf(MeasureRole.Share);
        Others = IndexesOf(MeasureRole.Other);
        LastYear = CommonLastYear(half: true) ?? CommonLastYear(half: false) ?? Years[^1];
        LastYearHasHalf = CommonLastYear(half: true) is not null;
    }

    public MarketData Data { get; }

    public int Size { get; }

    public Measure SizeMeasure => Data.Measures[Size];

    public IReadOnlyList<int> Shares { get; }

    public IReadOnlyList<int> Others { get; }

    /// <summary>The entities that are not left out.</summary>
    public IReadOnlyList<string> Entities { get; }

    /// <summary>The entity, where the data have no other.</summary>
    public string? OnlyEntity => Entities is [var only] ? only : null;

    public IReadOnlyList<int> Years { get; }

    /// <summary>The latest year in which at least half of the entities have a known size.</summary>
    public int LastYear { get; }

    /// <summary>Whether there is such a year; otherwise the last year is the one with most entities.</summary>
    public bool LastYearHasHalf { get; }

    public string LastYearLabel => Entities.Count == 1 ? "last year with a known size" : "latest year with at least half of the entities";

    /// <summary>How an average was weighted, to follow its label; nothing for what was added up.</summary>
    public string Weighting(int measure) => Data.Measures[measure].Adds || !SizeMeasure.Adds ? "" : ", weighted by size";

    public string IdOf(string entity) => _ids[entity];

    public double? Value(string entity, int year, int measure) =>
        _rows.TryGetValue((entity, year), out var row) ? row.Values[measure] : null;

    public double? SizeOf(string entity, int year) => Value(entity, year, Size);

    /// <summary>An entity's own last year in which a measure is known.</summary>
    public int? LastYearOf(string entity, int measure) =>
        Years.Where(year => Value(entity, year, measure).HasValue).Select(static year => (int?)year).LastOrDefault();

    /// <summary>The entities for which all of the measures are known in all of the years.</summary>
    public List<string> EntitiesWith(IReadOnlyCollection<int> measures, params IReadOnlyCollection<int> years) =>
        Entities.Where(entity => years.All(year => measures.All(measure => Value(entity, year, measure).HasValue))).ToList();

    /// <summary>The size of the whole market: the sum of its entities, or their average where the size does not add up.</summary>
    public double? WholeSize(int year, IReadOnlyCollection<string>? among = null) => Level(Size, year, among);

    /// <summary>A measure over several entities: the sum of what adds up, and the average of everything else, weighted by a size that adds up.</summary>
    public double? Level(int measure, int year, IReadOnlyCollection<string>? among = null)
    {
        if (!Data.Measures[measure].Adds)
        {
            return WeightedAverage(measure, year, among)?.Value;
        }

        var values = (among ?? Entities).Select(entity => Value(entity, year, measure)).OfType<double>().ToList();
        return values.Count == 0 ? null : values.Sum();
    }

    /// <summary>The part in percent an entity has in the total of a year; unknown where sizes are negative or do not add up, for then parts mean nothing.</summary>
    public double? PartOfTotal(string entity, int year) =>
        SizeMeasure.Adds && Entities.All(other => SizeOf(other, year) is not < 0) && WholeSize(year) is > 0 and var total ? SizeOf(entity, year) / total * 100 : null;

    /// <summary>Entities that lack the measure or the size stay out; so do those whose size is not positive. A size that does not add up is no weight: then each counts the same.</summary>
    public Average? WeightedAverage(int measure, int year, IReadOnlyCollection<string>? among = null)
    {
        var present = (among ?? Entities).Where(entity => WeightOf(entity, year) > 0).ToList();
        var used = present.Where(entity => Value(entity, year, measure).HasValue).ToList();
        var weight = used.Sum(entity => WeightOf(entity, year));
        return weight > 0
            ? new Average(
                used.Sum(entity => WeightOf(entity, year) * Value(entity, year, measure)!.Value) / weight,
                used.Count,
                present.Count,
                weight / present.Sum(entity => WeightOf(entity, year)))
            : null;
    }

    /// <summary>The change over ten years, or as many as there are, of entities that have the size and the measure at both ends.</summary>
    public Change? ChangeOf(int measure)
    {
        var needed = measure == Size ? new[] { Size } : [Size, measure];
        foreach (var year in BaseYears(TrendYears))
        {
            var panel = EntitiesWith(needed, year, LastYear);
            if (panel.Count > 0 && Level(measure, year, panel) is { } start && Level(measure, LastYear, panel) is { } end)
            {
                return new Change(year, LastYear, panel.Count, start, end);
            }
        }

        return null;
    }

    /// <summary>The years that growth may start from, the farthest first.</summary>
    public IEnumerable<int> BaseYears(int span) => Years.Where(year => year >= LastYear - span && year < LastYear);

    private double WeightOf(string entity, int year) => SizeOf(entity, year) is not { } size ? 0 : SizeMeasure.Adds ? size : 1;

    private int? CommonLastYear(bool half)
    {
        var counts = Years
            .Select(year => (Year: year, Count: Entities.Count(entity => SizeOf(entity, year).HasValue)))
            .Where(static entry => entry.Count > 0)
            .ToList();
        if (counts.Count == 0)
        {
            return null;
        }

        var needed = half ? Entities.Count / 2.0 : counts.Max(static entry => entry.Count);
        var common = counts.Where(entry => entry.Count >= needed).ToList();
        return common.Count == 0 ? null : common.Max(static entry => entry.Year);
    }

    private List<int> IndexesOf(MeasureRole role) =>
        Enumerable.Range(0, Data.Measures.Count).Where(index => Data.Measures[index].Role == role).ToList();
}
