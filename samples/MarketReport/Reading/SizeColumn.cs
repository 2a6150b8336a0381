namespace MarketReport.Reading;

/// <summary>Finds the column that measures the size of the market.</summary>
internal static class SizeColumn
{
    /// <summary>The first that is named as an amount; else the first that is neither a code, a rate nor a share; else the first rate, which is averaged.</summary>
    public static ColumnContent Find(List<ColumnContent> numeric, ColumnContent entity, ColumnContent period)
    {
        var candidates = numeric.Where(static column => !column.IsShare && !column.IsCode).ToList();
        var amounts = candidates.Where(static column => !column.IsRate).ToList();
        return amounts.Find(static column => column.IsAmount)
            ?? amounts.Find(column => !column.LooksLikeCode(entity.Cells, period.Cells))
            ?? amounts.Find(static column => !column.IsUnnamed)
            ?? (numeric.Exists(static column => column.IsShare) ? null : candidates.Find(static column => column.IsRate))
            ?? throw new MarketDataException(numeric.TrueForAll(static column => column.IsCode || column.IsUnnamed)
                ? $"The numeric columns only identify rows ({Names(numeric)}). One must measure the size of the market; name it with --size COLUMN."
                : $"Every numeric column is a share or a rate ({Names(numeric)}), which does not add up. One more must measure the size of the market, such as units sold; name it with --size COLUMN.");
    }

    private static string Names(List<ColumnContent> columns) => NameList.Of(columns.ConvertAll(static column => column.Name));
}
