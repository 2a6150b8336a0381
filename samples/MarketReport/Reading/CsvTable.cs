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
    public static CsvTable Parse(string text)
    {
        var unterminated = false;
        var table = Parse(text, lineBreaksInQuotes: true, malformed => unterminated |= malformed.Reason == CsvMalformedReason.UnterminatedQuote);

        // One quote without its end must not swallow the rest of the file.
        return unterminated ? Parse(text, lineBreaksInQuotes: false, static _ => { }) : table;
    }

    private static CsvTable Parse(string text, bool lineBreaksInQuotes, Action<CsvMalformedRecord> onMalformed)
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
        List<string>? header = null;
        var records = new List<CsvRecord>();
        var rejected = new List<RejectedLine>();
        while (reader.Read())
        {
            var fields = reader.Current.ToArray();
            if (fields.All(string.IsNullOrWhiteSpace))
            {
                continue;
            }

            if (header is null)
            {
                header = UniqueNames(fields);
            }
            else if (fields.Length == header.Count)
            {
                records.Add(new CsvRecord((int)reader.LineNumber, fields));
            }
            else
            {
                rejected.Add(new RejectedLine(
                    (int)reader.LineNumber,
                    string.Create(CultureInfo.InvariantCulture, $"{fields.Length} {(fields.Length == 1 ? "field" : "fields")} instead of {header.Count}")));
            }
        }

        return new CsvTable(reader.Separator, header ?? [], records, rejected);
    }

    private static List<string> UniqueNames(string[] names)
    {
        var unique = new List<string>(names.Length);
        for (var index = 0; index < names.Length; index++)
        {
            var trimmed = names[index].Trim();
            var name = trimmed.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"column {index + 1}") : trimmed;
            var candidate = name;
            for (var number = 2; unique.Contains(candidate, StringComparer.OrdinalIgnoreCase); number++)
            {
                candidate = string.Create(CultureInfo.InvariantCulture, $"{name} {number}");
            }

            unique.Add(candidate);
        }

        return unique;
    }
}
