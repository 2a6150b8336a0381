using System.Globalization;

namespace MarketReport.Reading;

/// <summary>Turns records into observations, and rejects those that cannot be read.</summary>
internal sealed class ObservationReader(CsvTable table, ColumnRoles roles, NumberStyle style)
{
    private readonly PeriodReader _periods = PeriodReader.Any;

    public List<Observation> Observations { get; } = [];

    public List<RejectedLine> Rejected { get; } = [.. table.Rejected];

    public void Read()
    {
        foreach (var record in table.Records)
        {
            if (ReasonToReject(record, out var observation) is { } reason)
            {
                Rejected.Add(new RejectedLine(record.Line, reason));
            }
            else
            {
                Observations.Add(observation);
            }
        }

        Rejected.Sort(static (left, right) => left.Line.CompareTo(right.Line));
    }

    private string? ReasonToReject(CsvRecord record, out Observation observation)
    {
        observation = null!;
        var entity = string.Join(' ', record.Fields[roles.Entity].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (entity.Length == 0)
        {
            return $"no {table.Header[roles.Entity]}";
        }

        var periodText = record.Fields[roles.Period];
        if (!roles.PeriodReader.TryParse(periodText, out var period))
        {
            return $"'{NameList.Shortened(periodText)}' in {table.Header[roles.Period]} is no year or date";
        }

        if (period.IsWholeYear && roles.PeriodParts.Count > 0)
        {
            period = period with { Part = PartOf(record, period.Year) };
        }

        var values = new double?[roles.Measures.Count];
        for (var index = 0; index < values.Length; index++)
        {
            var column = roles.Measures[index];
            var cell = record.Fields[column];
            if (NumberStyle.IsUnknown(cell))
            {
                continue;
            }

            if (!style.TryParse(cell, out double value))
            {
                return $"'{NameList.Shortened(cell)}' in {table.Header[column]} is no number";
            }

            values[index] = value;
        }

        observation = new Observation(record, entity, period, values);
        return null;
    }

    /// <summary>The part of the year that other columns name: a month, a day, a quarter, or a date of that year.</summary>
    private string PartOf(CsvRecord record, int year)
    {
        var month = "";
        var day = "";
        var others = new List<string>();
        foreach (var column in roles.PeriodParts.Where(column => record.Fields[column].Trim().Length > 0))
        {
            var text = record.Fields[column].Trim();
            var kind = table.Header[column].Trim().ToUpperInvariant();
            var number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
            if (_periods.TryParse(text, out var date) && date.Year == year && !date.IsWholeYear)
            {
                return date.Part;
            }

            if (number is >= 1 and <= 12 && kind.StartsWith('M'))
            {
                month = FormattableString.Invariant($"{number:00}");
            }
            else if (number is >= 1 and <= 31 && kind is "DAY" or "TAG")
            {
                day = FormattableString.Invariant($"-{number:00}");
            }
            else
            {
                others.Add(_periods.TryParse(FormattableString.Invariant($"{(number is >= 1 and <= 4 && kind.StartsWith('Q') ? "Q" : "")}{text} {year}"), out var named) ? named.Part : text);
            }
        }

        return month.Length > 0 ? month + day : string.Join(' ', others);
    }
}
