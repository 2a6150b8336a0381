namespace MarketReport.Reading;

/// <summary>Leaves out rows that are the total of others beside them, such as "Both sexes: total" beside women and men.</summary>
internal static class BreakdownTotals
{
    public static List<Observation> Without(IReadOnlyList<Observation> observations, CsvTable table, ColumnRoles roles, List<string> notes)
    {
        var left = observations
            .GroupBy(static observation => (observation.Entity, observation.Period))
            .SelectMany(group => Detailed([.. group], roles))
            .ToHashSet(ReferenceEqualityComparer.Instance);
        if (left.Count == observations.Count)
        {
            return [.. observations];
        }

        notes.Add(FormattableString.Invariant(
            $"{observations.Count - left.Count:#,0} rows were left out because they are totals of rows beside them, by the columns {NameList.Of([.. roles.Breakdowns.Select(column => table.Header[column])])}."));
        return [.. observations.Where(left.Contains)];
    }

    private static IEnumerable<Observation> Detailed(List<Observation> rows, ColumnRoles roles)
    {
        if (rows.Count == 1)
        {
            return rows;
        }

        var fewest = rows.Min(row => Totals(row, roles));
        return rows.Where(row => Totals(row, roles) == fewest);
    }

    private static int Totals(Observation row, ColumnRoles roles) => roles.Breakdowns.Count(column => AggregateNames.IsTotal(row.Record.Fields[column]));
}
