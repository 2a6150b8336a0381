using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>Turns a table that has a column for each year into one that has a row for each.</summary>
internal static partial class WideTable
{
    private const int FewestPeriods = 2;
    private const string ValueName = "value";

    /// <param name="table">The file.</param>
    /// <param name="style">How it writes its numbers.</param>
    /// <param name="fileName">The name of the file without its ending, which may say what the values of bare years are.</param>
    public static CsvTable Unpivot(CsvTable table, NumberStyle style, string fileName)
    {
        var periods = PeriodReader.Any;
        var headers = table.Header
            .Select((name, index) => (Index: index, Header: Split(name, periods)))
            .Where(static entry => entry.Header is not null)
            .Select(static entry => (entry.Index, entry.Header!.Value.Measure, entry.Header.Value.Period))
            .Where(entry => IsNumeric(table, entry.Index, style))
            .ToList();
        var measures = headers
            .GroupBy(static header => header.Measure, StringComparer.OrdinalIgnoreCase)
            .Where(static measure => measure.Select(static header => header.Period).Distinct(StringComparer.Ordinal).Count() >= FewestPeriods)
            .ToList();
        if (measures.Count == 0 || HasPeriodColumn(table))
        {
            return table;
        }

        var spread = measures.SelectMany(static measure => measure).ToList();
        var kept = Enumerable.Range(0, table.Header.Count).Where(column => spread.TrueForAll(header => header.Index != column) && !IsNumeric(table, column, style)).ToList();
        var dropped = Enumerable.Range(0, table.Header.Count).Where(column => spread.TrueForAll(header => header.Index != column) && !kept.Contains(column)).ToList();
        var times = spread.Select(static header => header.Period).Distinct(StringComparer.Ordinal).ToList();
        var cells = spread.ToLookup(static header => (header.Period, header.Measure.ToUpperInvariant()), static header => header.Index);
        return table with
        {
            Header = [.. kept.Select(column => NameOfKept(table.Header[column])), "year", .. measures.Select(measure => Name(measure.Key == ValueName ? ValueNameOf(fileName) : measure.Key, table, kept))],
            Records =
            [
                .. table.Records.SelectMany(record => times.Select(time => record with
                {
                    Fields =
                    [
                        .. kept.Select(column => record.Fields[column]),
                        time,
                        .. measures.Select(measure => cells[(time, measure.Key.ToUpperInvariant())].Select(index => record.Fields[index]).FirstOrDefault("")),
                    ],
                })),
            ],
            Notes =
            [
                .. table.Notes,
                $"The file has a column for each of {times.Count} periods, from {times[0]} to {times[^1]}; each was read as a row of its own.",
                .. dropped.Count == 0 ? Array.Empty<string>() : [$"Not used, because they belong to no period: the columns {NameList.Of(dropped.ConvertAll(column => table.Header[column]))}."],
            ],
        };
    }

    /// <summary>The measure and the period that a header names: "2019", "sales_2019", "2019 sales".</summary>
    private static (string Measure, string Period)? Split(string header, PeriodReader periods)
    {
        if (periods.TryParse(header, out _))
        {
            return (ValueName, header);
        }

        foreach (var match in new[] { YearLast().Match(header), YearFirst().Match(header) })
        {
            if (match.Success && match.Groups["measure"].Value.Any(char.IsLetter))
            {
                return (match.Groups["measure"].Value.Trim(), match.Groups["year"].Value);
            }
        }

        return null;
    }

    private static bool IsNumeric(CsvTable table, int column, NumberStyle style)
    {
        var filled = table.Records.Select(record => record.Fields[column]).Where(static cell => !NumberStyle.IsUnknown(cell)).ToList();
        return filled.Count(cell => style.TryParse(cell, out double _)) * 2 >= filled.Count;
    }

    private static bool HasPeriodColumn(CsvTable table) => Enumerable.Range(0, table.Header.Count).Any(column =>
    {
        var words = new ColumnWords(table.Header[column]);
        var filled = table.Records.Select(record => record.Fields[column]).Where(static cell => !NumberStyle.IsUnknown(cell)).ToList();
        var reader = PeriodReader.For(filled, words.Period);
        return words.Period != PeriodName.None && filled.Count > 0 && filled.Count(cell => reader.TryParse(cell, out _)) * 2 > filled.Count;
    });

    /// <summary>A corner named "Year" says what is to its right; below it are names.</summary>
    private static string NameOfKept(string header) => new ColumnWords(header).IsPeriodAlone ? "name" : header;

    private static string ValueNameOf(string fileName) =>
        new ColumnWords(fileName) is { IsRate: true } or { IsAmount: true } ? fileName : ValueName;

    private static string Name(string measure, CsvTable table, List<int> kept) =>
        kept.Exists(column => table.Header[column].Equals(measure, StringComparison.OrdinalIgnoreCase)) ? measure + " by year" : measure;

    [GeneratedRegex(@"^(?<measure>.*[^0-9_\s.(\[-])[_\s.(\[-]*(?<year>(?:19|20)[0-9]{2}(?:[-/][0-9]{2})?)[)\]]?$")]
    private static partial Regex YearLast();

    [GeneratedRegex(@"^(?<year>(?:19|20)[0-9]{2})[_\s.-]+(?<measure>[^0-9_\s.-].*)$")]
    private static partial Regex YearFirst();
}
