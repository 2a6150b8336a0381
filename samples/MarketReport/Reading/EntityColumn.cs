namespace MarketReport.Reading;

/// <summary>Finds the column that names the entity of each row: a text that comes again in other periods.</summary>
internal static class EntityColumn
{
    /// <param name="columns">The columns that are neither the period nor a part of it.</param>
    /// <param name="period">The period.</param>
    public static ColumnContent? Find(List<ColumnContent> columns, ColumnContent period)
    {
        var texts = columns.Where(static column => column.IsText && !column.Words.IsSeries).ToList();
        var repeating = texts.Where(column => Repeats(column, period)).ToList();
        return First(repeating)
            ?? First(texts)
            ?? columns.Find(column => column is { IsNumeric: true, IsShare: false } && (column.IsCode || column.Words.IsNumbered) && Repeats(column, period));
    }

    /// <summary>A code is an entity only where nothing else is; of several names, those with more than one value and the usual words for entities go first.</summary>
    private static ColumnContent? First(List<ColumnContent> columns) => columns
        .OrderBy(static column => column.IsCode)
        .ThenBy(static column => column.Filled.Distinct(StringComparer.Ordinal).Take(2).Count() < 2)
        .ThenBy(static column => !column.Words.IsEntity)
        .FirstOrDefault();

    private static bool Repeats(ColumnContent column, ColumnContent period)
    {
        var firstPeriods = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var row = 0; row < column.Cells.Count; row++)
        {
            if (!NumberStyle.IsUnknown(column.Cells[row]) && !firstPeriods.TryAdd(column.Cells[row], period.Cells[row]) && firstPeriods[column.Cells[row]] != period.Cells[row])
            {
                return true;
            }
        }

        return false;
    }
}
