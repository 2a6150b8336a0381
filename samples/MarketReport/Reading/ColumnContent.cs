namespace MarketReport.Reading;

/// <summary>The name and the cells of a column, and the kind of column that they indicate.</summary>
internal sealed class ColumnContent
{
    /// <summary>Of so many cells one is a period, in a column of periods.</summary>
    private const int Sample = 200;

    private static readonly string[] Booleans = ["true", "false", "yes", "no"];
    private static readonly string[][] Letters = [["n", "y"], ["f", "t"]];

    private readonly double?[] _numbers;
    private readonly bool _hasLeadingZeros;
    private readonly bool _isBoolean;
    private readonly int _percents;

    public ColumnContent(CsvTable table, int index, NumberStyle style, bool isNamedPeriod)
    {
        Index = index;
        IsUnnamed = table.MadeNames.Contains(table.Header[index]);
        Words = new ColumnWords(table.Header[index]);
        Cells = [.. table.Records.Select(record => record.Fields[index])];
        Filled = [.. Cells.Where(static cell => !NumberStyle.IsUnknown(cell))];
        Period = PeriodReader.For(Filled, isNamedPeriod ? PeriodName.Year : Words.Period);
        Periods = Words.Period == PeriodName.None && !isNamedPeriod && !Filled.Take(Sample).Any(cell => Period.TryParse(cell, out _)) ? 0 : Filled.Count(cell => Period.TryParse(cell, out _));
        var numbers = Filled.Distinct(StringComparer.Ordinal).ToDictionary(static cell => cell, cell => style.TryParse(cell, out NumberCell number) ? Noted(number) : null, StringComparer.Ordinal);
        _numbers = [.. Cells.Select(cell => numbers.GetValueOrDefault(cell))];
        Numbers = _numbers.Count(static number => number.HasValue);
        _hasLeadingZeros = Filled.Exists(static cell => cell.Length > 1 && cell[0] == '0' && cell.All(char.IsAsciiDigit));
        _isBoolean = IsBoolean([.. numbers.Keys.Select(static cell => cell.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)]);
        _percents = Filled.Count(static cell => cell.EndsWith('%'));
    }

    public string Name => Words.Name;

    public int Index { get; }

    public bool IsUnnamed { get; }

    public ColumnWords Words { get; }

    public PeriodReader Period { get; }

    public IReadOnlyList<string> Cells { get; }

    /// <summary>Gets the cells that hold anything.</summary>
    public List<string> Filled { get; }

    public int Numbers { get; }

    public int Periods { get; }

    /// <summary>Gets the currencies and units that are written beside the numbers.</summary>
    public SortedSet<string> Currencies { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets whether the numbers are in several currencies or units. A bare dollar sign is that of the dollars beside it.</summary>
    public bool MixesUnits => Currencies.Count > (Currencies.Contains("$") && Currencies.Any(static currency => currency is "USD" or "CAD" or "AUD" or "NZD" or "HKD" or "SGD" or "TWD" or "MXN") ? 2 : 1);

    public bool IsShare => Words.Competitor is not null;

    public bool IsNumeric => Filled.Count > 0 && (IsShare ? Numbers > 0 : Numbers * 2 > Filled.Count);

    public bool IsMostlyPeriods => Periods * 2 > Filled.Count;

    public bool IsOnlyPeriods => Filled.Count > 0 && Periods == Filled.Count;

    public bool IsText => Filled.Count > 0 && !IsShare && !_isBoolean && Numbers * 2 <= Filled.Count && Periods * 2 <= Filled.Count;

    public bool IsRate => Words.IsRate || _percents * 2 > Filled.Count;

    public bool IsAmount => Words.IsAmount && !IsRate;

    /// <summary>Gets whether the name is that of an amount and the cells begin with digits, but are not numbers that can be read.</summary>
    public bool IsUnreadAmount => IsAmount && !IsNumeric && !IsMostlyPeriods && Filled.Count(static cell => char.IsAsciiDigit(cell.TrimStart('-', '+', '(', '$', '€', '£', ' ').FirstOrDefault())) * 2 > Filled.Count;

    /// <summary>Gets whether the name, or a zero before other digits, says that the numbers only identify something.</summary>
    public bool IsCode => Words.IsCode || (_hasLeadingZeros && !Words.IsAmount) || (IsNumeric && Words is { IsNumbered: true, IsAmount: false, IsRate: false });

    /// <summary>Gets whether the numbers count the lines of the file, are the rank in each period, or are one and the same for each entity.</summary>
    public bool LooksLikeCode(IReadOnlyList<string> entities, IReadOnlyList<string> periods) =>
        !IsAmount && !IsRate && Array.TrueForAll(_numbers, static number => number is >= 0 && number == Math.Floor(number.Value))
        && (CountsLines() || (IsUnnamed && (Increases() || MostlyCounts())) || IsRank(periods) || NamesEntities(entities, periods));

    /// <summary>"N" alone may be a name; "N" and "Y" are not.</summary>
    private static bool IsBoolean(List<string> values) =>
        values.Count > 0 && (values.TrueForAll(Booleans.Contains) || Array.Exists(Letters, values.SequenceEqual));

    private double? Noted(NumberCell number)
    {
        if (number.Currency.Length > 0)
        {
            Currencies.Add(number.Currency);
        }

        return number.Value;
    }

    private bool CountsLines() =>
        _numbers.Length > 2 && Enumerable.Range(1, _numbers.Length - 1).Select(row => _numbers[row] - _numbers[row - 1]).Distinct().ToList() is [1 or -1];

    /// <summary>A count that begins anew at times.</summary>
    private bool MostlyCounts() =>
        _numbers.Length > 2 && Enumerable.Range(1, _numbers.Length - 1).Count(row => Math.Abs(_numbers[row]!.Value - _numbers[row - 1]!.Value) == 1) * 4 >= (_numbers.Length - 1) * 3;

    private bool Increases() => Enumerable.Range(1, _numbers.Length - 1).All(row => _numbers[row] > _numbers[row - 1]);

    private bool IsRank(IReadOnlyList<string> periods)
    {
        var groups = Enumerable.Range(0, _numbers.Length).GroupBy(row => periods[row], StringComparer.Ordinal).ToList();
        return groups.Exists(static group => group.Skip(1).Any())
            && groups.TrueForAll(group => group.Select(row => _numbers[row]!.Value).Order().Select(static (number, place) => number == place + 1).All(static inPlace => inPlace));
    }

    private bool NamesEntities(IReadOnlyList<string> entities, IReadOnlyList<string> periods)
    {
        var groups = Enumerable.Range(0, _numbers.Length).GroupBy(row => entities[row], StringComparer.Ordinal).ToList();
        return groups.Count > 1
            && groups.TrueForAll(group => group.Select(row => periods[row]).Distinct(StringComparer.Ordinal).Skip(1).Any() && group.Select(row => _numbers[row]).Distinct().Count() == 1)
            && groups.Select(group => _numbers[group.First()]).Distinct().Count() == groups.Count;
    }
}
