namespace MarketReport.Reading;

/// <summary>Which column holds the entity, which the period, and which the measures.</summary>
internal sealed record ColumnRoles(
    int Entity,
    int Period,
    PeriodReader PeriodReader,
    IReadOnlyList<int> PeriodParts,
    int Size,
    IReadOnlyList<int> Measures,
    IReadOnlyList<int> Shares,
    IReadOnlyList<int> Sums,
    IReadOnlyList<int> Stocks,
    IReadOnlyList<int> Breakdowns,
    IReadOnlyList<int> Unused)
{
    /// <summary>Gets the unit that the cells of a measure name, where all of them name the same.</summary>
    public IReadOnlyDictionary<int, string> Units { get; init; } = new Dictionary<int, string>();

    /// <summary>Gets the numeric columns that only identify rows or entities.</summary>
    public IReadOnlyList<int> Codes { get; init; } = [];

    /// <summary>Gets the numeric columns whose values are in several currencies or units.</summary>
    public IReadOnlyList<int> Mixed { get; init; } = [];

    public static ColumnRoles Assign(CsvTable table, NumberStyle style, ColumnChoice choice)
    {
        RefuseValuesAsHeader(table, style);
        var dateIndex = choice.Date is null ? -1 : table.Find("--date", choice.Date);
        var columns = table.Header.Select((_, index) => new ColumnContent(table, index, style, isNamedPeriod: index == dateIndex)).ToList();
        var period = dateIndex < 0 ? FindPeriod(columns) : Readable(columns[dateIndex]);
        var parts = columns
            .Where(column => column != period && column.Words.IsPeriodAlone && column.Filled.Count > 0 && (choice.Size is null || !IsNamed(column, choice.Size)) && (choice.Entity is null || !IsNamed(column, choice.Entity)))
            .ToList();
        var others = columns.Where(column => column != period && !parts.Contains(column)).ToList();
        var entity = choice.Entity is null ? EntityColumn.Find(others.FindAll(column => choice.Size is null || !IsNamed(column, choice.Size)), period) ?? throw NoEntity(table) : columns[table.Find("--entity", choice.Entity)];
        if (entity == period)
        {
            throw new MarketDataException($"The column '{entity.Name}' cannot be both the entity and the date.");
        }

        var rest = others.Where(column => column != entity).ToList();
        var numeric = rest.Where(static column => column.IsNumeric && !(column.Words.EndsInPeriod && column.IsMostlyPeriods)).ToList();
        if (choice.Size is null && (numeric.Count == 0 || rest.Exists(static column => column.IsUnreadAmount)))
        {
            throw NoNumbers(numeric.Count == 0 ? rest : rest.FindAll(static column => column.IsUnreadAmount));
        }

        var size = choice.Size is null ? SizeColumn.Find(numeric, entity, period) : Numeric(columns[table.Find("--size", choice.Size)], entity, period);
        var codes = numeric.Where(column => column != size && (column.IsCode || column.LooksLikeCode(entity.Cells, period.Cells))).ToList();
        var mixed = numeric.Where(column => column != size && column.MixesUnits).ToList();
        var measures = numeric.Where(column => !codes.Contains(column) && !mixed.Contains(column)).Union([size]).OrderBy(static column => column.Index).ToList();
        RefuseMixedCurrencies(size);
        if (choice.Size is null)
        {
            RefuseMixedUnits(rest);
        }

        var sizeAdds = !size.IsRate && !size.IsShare;
        return new ColumnRoles(
            entity.Index,
            period.Index,
            period.Period,
            parts.ConvertAll(static column => column.Index),
            size.Index,
            measures.ConvertAll(static column => column.Index),
            [.. measures.Where(column => sizeAdds && column.IsShare && column != size).Select(static column => column.Index)],
            [.. measures.Where(column => column == size ? sizeAdds : column.IsAmount).Select(static column => column.Index)],
            [.. measures.Where(static column => column.Words.IsStock).Select(static column => column.Index)],
            [.. rest.Where(static column => column.IsText && !column.IsCode).Select(static column => column.Index)],
            [.. rest.Except(measures).Except(codes).Except(mixed).Select(static column => column.Index)])
        {
            Units = measures.Where(static column => column.Currencies.Count > 0 && !column.MixesUnits).ToDictionary(static column => column.Index, static column => column.Currencies.Max!),
            Codes = codes.ConvertAll(static column => column.Index),
            Mixed = mixed.ConvertAll(static column => column.Index),
        };
    }

    private static bool IsNamed(ColumnContent column, string name) => column.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase);

    /// <summary>The first column that is named as a year or a date and whose cells are; else the first whose cells all are.</summary>
    private static ColumnContent FindPeriod(List<ColumnContent> columns)
    {
        var named = columns.Where(static column => column.Words.Period != PeriodName.None && !column.IsShare && !column.Words.IsAmount && !column.Words.IsRate && column.Filled.Count > 0).ToList();
        return named.Find(static column => column.Words.IsPeriodAlone && column.IsMostlyPeriods)
            ?? named.Find(static column => column.Words.EndsInPeriod && column.IsMostlyPeriods)
            ?? named.Find(static column => column.IsMostlyPeriods)
            ?? (named.Find(static column => column.Words is { IsPeriodAlone: true, Period: PeriodName.Year } or { IsPeriodAlone: true, Name: "date" or "Date" }) is { } unread ? Readable(unread) : null)
            ?? columns.Find(static column => column is { IsShare: false, IsOnlyPeriods: true, IsNumeric: false })
            ?? columns.Find(static column => column is { IsShare: false, IsOnlyPeriods: true, IsCode: false })
            ?? (named is [var first, ..] ? Readable(first) : null)
            ?? throw new MarketDataException(
                $"No column holds a year or a date. The columns are {NameList.Of(columns.ConvertAll(static column => column.Name))}. Name one with --date COLUMN, with values such as 2019, 2019-03-31, Mar 2019 or 2019-Q1.");
    }

    private static ColumnContent Readable(ColumnContent column) => column.Periods > 0
        ? column
        : throw new MarketDataException(
            $"The column '{column.Name}' holds no year or date that can be read: {NameList.OfValues(column.Filled)}. Write them like 2019, 2019-03-31, Mar 2019 or 2019-Q1, or name another column with --date COLUMN.");

    private static ColumnContent Numeric(ColumnContent column, ColumnContent entity, ColumnContent period)
    {
        if (column == entity || column == period)
        {
            throw new MarketDataException($"The column '{column.Name}' cannot be both the size and the {(column == entity ? "entity" : "date")}.");
        }

        return column.Numbers > 0 ? column : throw NoNumbers([column]);
    }

    private static MarketDataException NoEntity(CsvTable table) => new(
        $"No column holds names. The columns are {NameList.Of(table.Header)}. One must name the country, company or product of each row; name it with --entity COLUMN.");

    private static MarketDataException NoNumbers(List<ColumnContent> columns) => new(
        (columns is [{ IsUnreadAmount: true }] ? "A column is named as an amount, but its values cannot be read." : "No column holds numbers that can be read.")
        + string.Concat(columns.Take(5).Select(static column => $" '{column.Name}' has {(column.Filled.Count == 0 ? "no value" : NameList.OfValues(column.Filled, 3))}."))
        + " One must measure the size of the market, such as units sold, with values such as 1200, 1,200.5, 1.2M or USD 1200; name it with --size COLUMN.");

    private static void RefuseMixedCurrencies(ColumnContent size)
    {
        if (size.MixesUnits)
        {
            throw new MarketDataException($"The column '{size.Name}' mixes {string.Join(", ", size.Currencies)}, which cannot be added up. Convert its values to one, or name another column with --size COLUMN.");
        }
    }

    /// <summary>A column of units or currencies says that the rows do not add up.</summary>
    private static void RefuseMixedUnits(List<ColumnContent> columns)
    {
        foreach (var column in columns.Where(static column => column.IsText && column.Words.IsUnit))
        {
            var units = column.Filled.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            if (units.Count > 1)
            {
                throw new MarketDataException(
                    $"The rows are in several units by the column '{column.Name}' ({NameList.Of(units)}), which do not add up. Keep the rows of one, or name the size with --size COLUMN to add them up all the same.");
            }
        }
    }

    private static void RefuseValuesAsHeader(CsvTable table, NumberStyle style)
    {
        var numbers = table.Header.Where(name => style.TryParse(name, out double _)).ToList();
        // A few numbers among the names are names too, such as those of articles.
        if (numbers.Count * 2 >= table.Header.Count)
        {
            throw new MarketDataException($"The header holds the numbers {NameList.Of(numbers)}. The first line must name the columns.");
        }
    }
}
