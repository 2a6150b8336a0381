using System.Globalization;
using CsvHelper;

namespace MarketReport.Reading;

/// <summary>A CSV file as text: the header, the records that have its length, and the lines that do not.</summary>
internal sealed record CsvTable(
    char Separator,
    IReadOnlyList<string> Header,
    IReadOnlyList<CsvRecord> Records,
    IReadOnlyList<RejectedLine> Rejected)
{
    /// <summary>Gets what was done to the table while it was read, in words for a reader of the report.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Gets the names that were made for columns whose name is empty in the file.</summary>
    public IReadOnlySet<string> MadeNames { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    public static CsvTable Parse(string text)
    {
        var unterminated = false;
        var records = Read(text, lineBreaksInQuotes: true, malformed => unterminated |= malformed.Reason == CsvMalformedReason.UnterminatedQuote, out var separator);

        // One quote without its end must not swallow the rest of the file.
        return Of(unterminated ? Read(text, lineBreaksInQuotes: false, static _ => { }, out separator) : records, separator);
    }

    /// <summary>Gets the index of the column that a person named.</summary>
    /// <exception cref="MarketDataException">There is no such column.</exception>
    public int Find(string option, string column)
    {
        for (var index = 0; index < Header.Count; index++)
        {
            if (Header[index].Equals(column.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return index;
            }
        }

        throw new MarketDataException($"{option} '{column}' is not a column. The columns are {NameList.Of(Header)}.");
    }

    private static List<CsvRecord> Read(string text, bool lineBreaksInQuotes, Action<CsvMalformedRecord> onMalformed, out char separator)
    {
        var options = new CsvReaderOptions
        {
            HasHeader = false,
            DetectSeparatorHint = true,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            AllowLineBreaksInQuotes = lineBreaksInQuotes,
            OnMalformedRecord = onMalformed,
        };
        using var reader = CsvReader.FromText(text, options);
        var records = new List<CsvRecord>();
        while (reader.Read())
        {
            var fields = reader.Current.ToArray();
            if (!fields.All(string.IsNullOrWhiteSpace))
            {
                records.Add(new CsvRecord((int)reader.LineNumber, fields));
            }
        }

        separator = reader.Separator;
        return records;
    }

    private static CsvTable Of(List<CsvRecord> all, char separator)
    {
        var above = LinesAboveHeader(all);
        if (all.Count == above)
        {
            return new CsvTable(separator, [], [], []);
        }

        var names = UniqueNames(all[above].Fields, out var made);
        var records = new List<CsvRecord>();
        var rejected = new List<RejectedLine>();
        foreach (var record in all.Skip(above + 1))
        {
            var surplus = record.Fields.Count > names.Count && record.Fields.Skip(names.Count).All(string.IsNullOrWhiteSpace);
            if (record.Fields.Count == names.Count || surplus)
            {
                records.Add(surplus ? record with { Fields = [.. record.Fields.Take(names.Count)] } : record);
            }
            else
            {
                rejected.Add(new RejectedLine(
                    record.Line,
                    string.Create(CultureInfo.InvariantCulture, $"{record.Fields.Count} {(record.Fields.Count == 1 ? "field" : "fields")} instead of {names.Count}")));
            }
        }

        return new CsvTable(separator, names, records, rejected)
        {
            MadeNames = made,
            Notes = above == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{above} {(above == 1 ? "line" : "lines")} above the header {(above == 1 ? "was" : "were")} skipped: '{Title(all[0])}'.")],
        }.WithoutEmptyColumns();
    }

    /// <summary>A title or a source above the header fills fewer than half of the fields that most lines have.</summary>
    private static int LinesAboveHeader(List<CsvRecord> all)
    {
        if (all.Count == 0)
        {
            return 0;
        }

        var width = all.GroupBy(static record => record.Fields.Count).OrderByDescending(static group => group.Count()).ThenByDescending(static group => group.Key).First().Key;
        return all.TakeWhile(record => record.Fields.Count(static field => field.Length > 0) * 2 < width).Count() is var above && above < all.Count - 1 ? above : 0;
    }

    private static string Title(CsvRecord record) => string.Join(' ', record.Fields.Where(static field => field.Length > 0)) is { Length: > 60 } text ? text[..60] + "…" : string.Join(' ', record.Fields.Where(static field => field.Length > 0));

    /// <summary>A separator at the end of each line makes a column without name and content.</summary>
    private CsvTable WithoutEmptyColumns()
    {
        var kept = Enumerable.Range(0, Header.Count)
            .Where(column => !MadeNames.Contains(Header[column]) || Records.Any(record => !string.IsNullOrWhiteSpace(record.Fields[column])))
            .ToList();
        return kept.Count == Header.Count || Records.Count == 0 ? this : this with
        {
            Header = [.. kept.Select(column => Header[column])],
            Records = [.. Records.Select(record => record with { Fields = [.. kept.Select(column => record.Fields[column])] })],
        };
    }

    private static List<string> UniqueNames(IReadOnlyList<string> names, out HashSet<string> made)
    {
        made = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var unique = new List<string>(names.Count);
        for (var index = 0; index < names.Count; index++)
        {
            var words = string.Join(' ', names[index].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            var name = words.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"column {index + 1}") : words;
            var candidate = name;
            for (var number = 2; unique.Contains(candidate, StringComparer.OrdinalIgnoreCase); number++)
            {
                candidate = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
            }

            if (words.Length == 0)
            {
                made.Add(candidate);
            }

            unique.Add(candidate);
        }

        return unique;
    }
}
