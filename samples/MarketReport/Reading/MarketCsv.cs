namespace MarketReport.Reading;

/// <summary>Reads a CSV file of a market.</summary>
internal static class MarketCsv
{
    private const int ReasonsInMessage = 5;

    /// <param name="path">The file.</param>
    /// <param name="excludedEntities">Entities that stay out of sums and ranks.</param>
    /// <param name="includedEntities">Entities that are markets of their own, however large they are.</param>
    /// <param name="choice">The columns that a person named.</param>
    /// <exception cref="MarketDataException">No report can be made from the file.</exception>
    public static MarketData Read(
        string path,
        IReadOnlyCollection<string> excludedEntities,
        IReadOnlyCollection<string>? includedEntities = null,
        ColumnChoice? choice = null)
    {
        var text = CsvText.Load(path);
        var table = CsvTable.Parse(text.Text);
        if (table.Records.Count == 0)
        {
            throw new MarketDataException(table.Rejected.Count == 0
                ? $"'{path}' has a header line and no rows."
                : NothingUsable(path, table.Rejected));
        }

        var style = NumberStyle.Detect(table.Records.SelectMany(static record => record.Fields), table.Separator);
        table = SeriesSelection.Apply(WideTable.Unpivot(table, style, Path.GetFileNameWithoutExtension(path)), choice?.Size);
        var roles = ColumnRoles.Assign(table, style, choice ?? ColumnChoice.None);
        var reader = new ObservationReader(table, roles, style);
        reader.Read();
        if (reader.Observations.Count == 0)
        {
            throw new MarketDataException(NothingUsable(path, reader.Rejected));
        }

        var fractions = ScaleShares(table, roles, reader.Observations);
        var notes = ReadingNotes.Of(table, style, roles, reader.Observations, fractions);
        if (text.IsWindows1252)
        {
            notes.Add("The file is not UTF-8; it was read as Windows-1252.");
        }

        roles = roles with { Shares = CompetingShares(table, roles, reader.Observations, notes) };
        var observations = BreakdownTotals.Without(reader.Observations, table, roles, notes);
        var size = roles.Measures.IndexOf(roles.Size);
        var rows = YearlyRows.Of(observations, size, [.. roles.Measures.Select(roles.Sums.Contains)], [.. roles.Measures.Select(roles.Stocks.Contains)], notes);
        var measures = roles.Measures.Select((column, index) => Describe(table.Header[column], index, roles, reader.Observations)).ToList();
        var entities = rows.Select(static row => row.Entity).Distinct(StringComparer.Ordinal).ToList();
        var entityColumn = table.Header[roles.Entity];
        var excluded = EntitySelection.Find(excludedEntities, entities, entityColumn);
        var included = EntitySelection.Find(includedEntities ?? [], entities, entityColumn);
        var aggregates = measures[size].Adds
            ? AggregateDetection.Find(rows, size, measures[size].Label, excluded, included)
            : AggregateDetection.FindByName(entities, excluded, included);
        var leftOut = excluded
            .Order(StringComparer.Ordinal)
            .Select(static entity => new LeftOutEntity(entity, LeftOutReason.Named, "excluded by name"))
            .Concat(aggregates.LeftOut)
            .ToList();
        if (leftOut.Count == entities.Count && leftOut.Count > 0)
        {
            throw new MarketDataException(
                $"Nothing is left: all {entities.Count} entities of '{path}' were excluded. Exclude fewer of the column '{entityColumn}'.");
        }

        if (!rows.Exists(row => row.Values[size].HasValue && !leftOut.Exists(entity => entity.Entity == row.Entity)))
        {
            throw new MarketDataException(
                $"No entity of '{path}' has a known '{measures[size].Name}' in any year, so there is nothing to report.{string.Concat(notes.TakeLast(ReasonsInMessage).Select(static note => Environment.NewLine + "  " + note))}");
        }

        return new MarketData
        {
            FileName = Path.GetFileName(path),
            EntityColumn = entityColumn,
            EntityLabel = ColumnLabel.Of(entityColumn, share: false).Label,
            PeriodColumn = table.Header[roles.Period],
            Measures = measures,
            Rows = rows,
            LeftOut = leftOut,
            Doubtful = aggregates.Doubtful,
            RejectedLines = reader.Rejected,
            AcceptedLineCount = reader.Observations.Count,
            SharesWereFractions = fractions,
            Notes = notes,
        };
    }

    private static List<int> CompetingShares(CsvTable table, ColumnRoles roles, List<Observation> observations, List<string> notes)
    {
        var shares = Enumerable.Range(0, roles.Measures.Count).Where(index => roles.Shares.Contains(roles.Measures[index])).ToList();
        var overlapping = OverlappingShares.Find(observations, shares, index => table.Header[roles.Measures[index]], notes);
        return [.. shares.Except(overlapping).Select(index => roles.Measures[index])];
    }

    private static string NothingUsable(string path, IReadOnlyList<RejectedLine> rejected) =>
        $"'{path}' has no usable row; all {rejected.Count} were rejected:{Environment.NewLine}"
        + string.Join(Environment.NewLine, rejected.Take(ReasonsInMessage).Select(static line => $"  line {line.Line}: {line.Reason}"))
        + (rejected.Count > ReasonsInMessage ? $"{Environment.NewLine}  and {rejected.Count - ReasonsInMessage} more." : "");

    /// <summary>Brings fractions of one to percent. That they are fractions shows in the largest share of the file.</summary>
    private static bool ScaleShares(CsvTable table, ColumnRoles roles, List<Observation> observations)
    {
        var shares = Enumerable.Range(0, roles.Measures.Count).Where(index => roles.Shares.Contains(roles.Measures[index])).ToList();
        var values = observations.SelectMany(observation => shares.Select(index => observation.Values[index])).OfType<double>().ToList();
        var percentSigns = table.Records.Any(record => roles.Shares.Any(column => record.Fields[column].EndsWith('%')));
        if (values.Count == 0 || values.Max() > 1 || values.Max() <= 0 || percentSigns)
        {
            return false;
        }

        foreach (var observation in observations)
        {
            foreach (var index in shares)
            {
                observation.Values[index] *= 100;
            }
        }

        return true;
    }

    private static Measure Describe(string name, int index, ColumnRoles roles, List<Observation> observations)
    {
        var column = roles.Measures[index];
        var role = column == roles.Size ? MeasureRole.Size : roles.Shares.Contains(column) ? MeasureRole.Share : MeasureRole.Other;
        var isShare = role == MeasureRole.Share;
        var (label, unit) = ColumnLabel.Of(name, isShare);
        if (unit.Length == 0)
        {
            unit = roles.Units.GetValueOrDefault(column, new ColumnWords(name).Competitor is null ? "" : "%");
        }

        var whole = observations.TrueForAll(observation => observation.Values[index] is not { } value || value == Math.Floor(value));
        var missing = observations.Count(observation => observation.Values[index] is null);
        return new Measure(name, label, unit, role, roles.Sums.Contains(column), whole, missing);
    }

    private static int IndexOf(this IReadOnlyList<int> list, int item)
    {
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] == item)
            {
                return index;
            }
        }

        return -1;
    }
}
