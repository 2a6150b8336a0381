namespace MarketReport.Reading;

/// <summary>Which column holds the entity, which the period, and which the measures.</summary>
internal sealed record ColumnRoles(
    int Entity,
    int Period,
    IReadOnlyList<int> PeriodParts,
    int Size,
    IReadOnlyList<int> Measures,
    IReadOnlyList<int> Shares,
    IReadOnlyList<int> Unused)
{
    private const int NamesInMessage = 12;
    private static readonly string[] PeriodNames = ["year", "date", "month", "period", "quarter", "week", "day"];
    private static readonly string[] PeriodEndings = ["year", "date", "period"];
    private static readonly char[] WordEnds = ['_', ' ', '-', '.'];

    public static ColumnRoles Assign(CsvTable table, NumberStyle style)
    {
        RefuseValuesAsHeader(table, style);
        var columns = table.Header.Select((name, index) => ColumnContent.Of(name, index, table.Records, style)).ToList();
        var period = FindPeriod(columns)
            ?? throw new MarketDataException(
                $"No column holds a year or a date. The columns are {Names(table.Header)}. Name one 'year' or 'date', with values such as 2019 or 2019-03-31.");
        var parts = columns
            .Where(column => column != period && PeriodNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase) && column.Filled > 0)
            .ToList();
        var entity = columns.Find(column => column != period && !parts.Contains(column) && column.IsText)
            ?? throw new MarketDataException(
                $"No column holds names. The columns are {Names(table.Header)}. One must name the country, company or product of each row.");
        var rest = columns.Where(column => column != period && column != entity && !parts.Contains(column)).ToList();
        var numeric = rest.Where(static column => column.IsNumeric && !column.IsNamedPeriod(PeriodEndings)).ToList();
        if (numeric.Count == 0)
        {
            throw new MarketDataException(
                $"No column holds numbers. The columns are {Names(table.Header)}. One must measure the size of the market, such as units sold.");
        }

        var size = numeric.Find(static column => !column.IsShare)
            ?? throw new MarketDataException(
                $"Every numeric column is a share ({Names(numeric.ConvertAll(static column => column.Name))}). One more must measure the size of the market, such as units sold.");
        return new ColumnRoles(
            entity.Index,
            period.Index,
            parts.ConvertAll(static column => column.Index),
            size.Index,
            numeric.ConvertAll(static column => column.Index),
            numeric.Where(static column => column.IsShare).Select(static column => column.Index).ToList(),
            rest.Except(numeric).Select(static column => column.Index).ToList());
    }

    private static ColumnContent? FindPeriod(List<ColumnContent> columns) =>
        columns.Find(static column => PeriodNames.Contains(column.Name, StringComparer.OrdinalIgnoreCase) && column.IsMostlyPeriods)
        ?? columns.Find(static column => column.IsNamedPeriod(PeriodEndings) && column.IsMostlyPeriods)
        ?? columns.Find(static column => column is { IsShare: false, IsOnlyPeriods: true, IsNumeric: false })
        ?? columns.Find(static column => column is { IsShare: false, IsOnlyPeriods: true });

    private static void RefuseValuesAsHeader(CsvTable table, NumberStyle style)
    {
        var numbers = table.Header.Where(name => style.TryParse(name, out _)).ToList();
        if (numbers.Count == 0)
        {
            return;
        }

        throw new MarketDataException(numbers.TrueForAll(static name => PeriodText.TryParse(name, out _)) && numbers.Count > 1
            ? $"The header has years as columns ({Names(numbers)}). Give one row per entity and year instead, with a column 'year'."
            : $"The header holds the numbers {Names(numbers)}. The first line must name the columns.");
    }

    private static string Names(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesInMessage)) + (names.Count > NamesInMessage ? $" and {names.Count - NamesInMessage} more" : "");

    /// <summary>What the cells of a column look like.</summary>
    private sealed record ColumnContent(string Name, int Index, int Filled, int Numbers, int Periods)
    {
        public bool IsShare => Name.EndsWith("_share", StringComparison.OrdinalIgnoreCase);

        public bool IsNumeric => Filled > 0 && (IsShare ? Numbers > 0 : Numbers * 2 > Filled);

        public bool IsMostlyPeriods => Periods * 2 > Filled;

        public bool IsOnlyPeriods => Filled > 0 && Periods == Filled;

        public bool IsText => Filled > 0 && !IsShare && Numbers * 2 <= Filled && Periods * 2 <= Filled;

        public bool IsNamedPeriod(string[] endings) =>
            IsMostlyPeriods && endings.Contains(Name.Split(WordEnds)[^1], StringComparer.OrdinalIgnoreCase);

        public static ColumnContent Of(string name, int index, IReadOnlyList<CsvRecord> records, NumberStyle style)
        {
            var filled = 0;
            var numbers = 0;
            var periods = 0;
            foreach (var record in records)
            {
                var cell = record.Fields[index];
                if (NumberStyle.IsUnknown(cell))
                {
                    continue;
                }

                filled++;
                numbers += style.TryParse(cell, out _) ? 1 : 0;
                periods += PeriodText.TryParse(cell, out _) ? 1 : 0;
            }

            return new ColumnContent(name, index, filled, numbers, periods);
        }
    }
}
