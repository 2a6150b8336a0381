namespace MarketReport.Reading;

/// <summary>Takes the rows of one measure out of a table that has a column for what each row measures.</summary>
internal static class SeriesSelection
{
    public static CsvTable Apply(CsvTable table, string? size)
    {
        var words = table.Header.Select(static name => new ColumnWords(name)).ToList();
        var series = words.FindIndex(static name => name.IsSeries);
        var value = words.FindIndex(static name => name.IsValue);
        if (series < 0 || value < 0)
        {
            return table;
        }

        var measures = table.Records.Select(record => record.Fields[series]).Where(static name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var chosen = size is null || measures.Count == 1 ? null : measures.Find(name => name.Equals(size.Trim(), StringComparison.OrdinalIgnoreCase));
        if (measures.Count > 1 && chosen is null)
        {
            throw new MarketDataException(
                $"The column '{table.Header[series]}' names what each row measures ({NameList.Of(measures)}); rows of different measures do not add up. Name the one to report with --size \"{measures[0]}\".");
        }

        var name = chosen ?? (measures is [var only] && !(size?.Trim().Equals(table.Header[value], StringComparison.OrdinalIgnoreCase) ?? false) ? only : table.Header[value]);
        var records = chosen is null ? table.Records : [.. table.Records.Where(record => record.Fields[series].Equals(chosen, StringComparison.OrdinalIgnoreCase))];
        return table with
        {
            Header = [.. table.Header.Select((header, index) => index == value && !table.Header.Contains(name, StringComparer.OrdinalIgnoreCase) ? name : header)],
            Records = records,
            Notes = chosen is null
                ? table.Notes
                : [.. table.Notes, FormattableString.Invariant($"{table.Records.Count - records.Count:#,0} rows of other measures than '{chosen}' were left out, as --size says.")],
        };
    }
}
