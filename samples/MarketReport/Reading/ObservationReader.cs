using System.Globalization;

namespace MarketReport.Reading;

/// <summary>Turns records into observations, and rejects those that cannot be read or come twice.</summary>
internal sealed class ObservationReader(CsvTable table, ColumnRoles roles, NumberStyle style)
{
    private readonly Dictionary<(string Entity, Period Period), int> _firstLines = [];

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
        if (!PeriodText.TryParse(periodText, out var period))
        {
            return $"'{Shortened(periodText)}' in {table.Header[roles.Period]} is no year or date";
        }

        if (roles.PeriodParts.Count > 0)
        {
            period = period with { Part = string.Join(' ', roles.PeriodParts.Select(index => record.Fields[index]).Prepend(period.Part)).Trim() };
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

            if (!style.TryParse(cell, out var value))
            {
                return $"'{Shortened(cell)}' in {table.Header[column]} is no number";
            }

            values[index] = value;
        }

        if (!_firstLines.TryAdd((entity, period), record.Line))
        {
            var when = period.IsWholeYear ? period.Year.ToString(CultureInfo.InvariantCulture) : periodText;
            return $"{entity} {when} stands in line {_firstLines[(entity, period)]} already, which was kept";
        }

        observation = new Observation(record.Line, entity, period, values);
        return null;
    }

    private static string Shortened(string cell) => cell.Length <= 30 ? cell : cell[..30] + "…";
}
