using System.Globalization;

namespace MarketReport.Reading;

/// <summary>What a reader of the report must know of how the file was read.</summary>
internal static class ReadingNotes
{
    public static List<string> Of(CsvTable table, NumberStyle style, ColumnRoles roles, IReadOnlyList<Observation> observations, bool fractions)
    {
        List<string> notes = [.. table.Notes];
        if (!roles.Sums.Contains(roles.Size))
        {
            notes.Add($"'{table.Header[roles.Size]}' is a rate, which does not add up: it was averaged, each entity counting the same, and nothing has a part of a total. --size COLUMN names another column.");
        }

        if (roles.PeriodReader.IsFiscal)
        {
            notes.Add("Years such as 2019/20 are named by the calendar year in which they begin.");
        }

        if (roles.PeriodReader.OrderIsGuessed)
        {
            notes.Add($"No date in '{table.Header[roles.Period]}' says which number is the day; with slashes the month was taken to be first, else the day.");
        }

        if (style.DecimalComma)
        {
            notes.Add("Numbers of the file were read with a decimal comma.");
        }

        if (roles.Shares.Count > 0)
        {
            notes.Add(fractions
                ? "No share of the file is above 1, so its shares were read as fractions of one and are given here in percent."
                : "Shares were read as percent.");
        }

        if (roles.Codes.Count > 0)
        {
            notes.Add($"Not measures, because they only identify rows or entities: the columns {NameList.Of([.. roles.Codes.Select(column => table.Header[column])])}.");
        }

        if (roles.Mixed.Count > 0)
        {
            notes.Add($"Not used, because their values are in several currencies or units: the columns {NameList.Of([.. roles.Mixed.Select(column => table.Header[column])])}.");
        }

        if (roles.Unused.Count > 0)
        {
            notes.Add($"Not used, because they hold no numbers: the columns {NameList.Of([.. roles.Unused.Select(column => table.Header[column])])}.");
        }

        var measures = roles.Measures.ToList();
        var size = measures.IndexOf(roles.Size);
        var negative = observations.Count(observation => observation.Values[size] < 0);
        if (negative > 0 && roles.Sums.Contains(roles.Size))
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{negative:#,0} {(negative == 1 ? "row has" : "rows have")} a negative size; {(negative == 1 ? "it counts in sums as it is, and carries" : "they count in sums as they are, and carry")} no weight in averages."));
        }

        var impossible = observations.Count(observation =>
            measures.Where((column, index) => roles.Shares.Contains(column) && observation.Values[index] is < 0 or > 100.5).Any());
        if (impossible > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{impossible:#,0} {(impossible == 1 ? "row has" : "rows have")} a share below 0 or above 100 percent; they were taken as the file gives them."));
        }

        return notes;
    }
}
