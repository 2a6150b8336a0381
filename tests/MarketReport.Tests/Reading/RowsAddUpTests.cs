using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

/// <summary>Several rows of an entity and a year make one, and none is lost without a word.</summary>
public sealed class RowsAddUpTests
{
    [Fact]
    public void Sales_of_one_day_are_added_up_and_so_are_other_amounts_but_not_prices()
    {
        var data = CsvFile.Read("shop,date,amount,units,price\nN,2020-05-01,10,1,10\nN,2020-05-01,30,2,15\nN,2020-09-01,60,3,20\nS,2020-05-01,7,1,7\n");

        Assert.Equal([100, 6, 17.5], data.Rows[0].Values);
        Assert.Equal([7, 1, 7], data.Rows[1].Values);
        Assert.Empty(data.RejectedLines);
    }

    [Theory]
    [InlineData("N,2020-01-05,1\nN,2020-02-09,2\nN,2021-01-05,3\nS,2021-03-05,4\nS,2021-04-05,5\nS,2021-09-05,6\n", "N 2020 3,N 2021 3,S 2021 15")]
    [InlineData("N,Jan-20,1\nN,Apr-20,2\nN,Jul-20,4\nS,Oct-20,8\nN,Feb-21,16\n", "N 2020 7,N 2021 16,S 2020 8")]
    [InlineData("N,2020-01-15,1\nN,2020-04-09,1\nN,2020-07-02,1\nN,2020-10-30,1\nN,2021-01-07,5\n", "N 2020 4,N 2021 5")]
    [InlineData("N,2020-01-01,1\nN,2020-01-02,1\nN,2020-07-09,1\nN,2021-02-02,1\n", "N 2020 3,N 2021 1")]
    public void Irregular_dates_are_added_up_by_year(string rows, string expected) =>
        Assert.Equal(expected, Sums(CsvFile.Read("shop,date,amount\n" + rows)));

    [Fact]
    public void A_year_of_single_events_that_may_not_be_whole_is_counted_and_reported()
    {
        var days = string.Concat(Enumerable.Range(1, 12).Select(static month => $"N,2020-{month:00}-03,1\nN,2020-{month:00}-09,1\n"));

        var data = CsvFile.Read("shop,date,amount\n" + days + "N,2021-01-05,3\n");

        Assert.Equal("N 2020 24,N 2021 3", Sums(data));
        Assert.Contains("2021 may not be whole: the file has 1 of 12 months of it; it was counted.", data.Notes);
    }

    [Fact]
    public void Half_years_that_lack_one_are_not_compared()
    {
        var data = CsvFile.Read("shop,half,amount\nN,H1 2020,1\nN,H2 2020,2\nS,H1 2020,3\nS,H2 2020,4\nN,H1 2021,9\nS,H1 2021,9\n");

        Assert.Equal("N 2020 3,S 2020 7", Sums(data));
        Assert.Contains(data.Notes, static note => note.StartsWith("2021 was left out: the file has 1 of 2 half-years", StringComparison.Ordinal));
    }

    [Fact]
    public void Totals_beside_their_parts_are_left_out_and_reported()
    {
        var data = CsvFile.Read("region,sex,year,jobs\nN,Total,2020,10\nN,Men,2020,6\nN,Women,2020,4\nS,Total,2020,5\nS,Men,2020,2\nS,Women,2020,3\nN,Total,2021,9\n");

        Assert.Equal("N 2020 10,N 2021 9,S 2020 5", Sums(data));
        Assert.Contains(data.Notes, static note => note.StartsWith("2 rows were left out because they are totals", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_of_several_measures_are_not_added_up_but_one_can_be_named()
    {
        const string Text = "country,indicator,year,value\nA,Exports,2020,10\nA,Imports,2020,7\nB,Exports,2020,20\n";

        Assert.Contains("--size \"Exports\"", CsvFile.ErrorOf(Text), StringComparison.Ordinal);
        Assert.Equal("A 2020 7", Sums(CsvFile.Read(Text, new ColumnChoice("imports"))));
        Assert.Equal("Imports", Assert.Single(CsvFile.Read(Text, new ColumnChoice("imports")).Measures).Name);
    }

    [Theory]
    [InlineData("subscribers", "A 2020 15,B 2020 9")]
    [InlineData("new_subscribers", "A 2020 30,B 2020 18")]
    public void What_is_there_at_a_time_does_not_add_up_over_time(string column, string expected) =>
        Assert.Equal(expected, Sums(CsvFile.Read($"maker,plan,month,{column}\nA,x,2020-01,5\nA,y,2020-01,7\nA,x,2020-02,10\nA,y,2020-02,8\nB,x,2020-01,8\nB,x,2020-02,10\n")));

    [Fact]
    public void A_size_that_is_unknown_is_named()
    {
        var data = CsvFile.Read("shop,year,amount\nN,2020,\nN,2021,5\nS,2020,3\n");

        Assert.Contains(data.Notes, static note => note.StartsWith("The size of 1 of 3 rows is unknown", StringComparison.Ordinal) && note.EndsWith("N 2020.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("shop,date,amount\nN,2020-01-01,5\nN,2020-02-01,\n")]
    [InlineData("shop,year,amount,price\nN,2020,n/a,3\nN,2021,n/a,4\nWorld,2020,7,4\n")]
    public void A_report_without_any_size_is_refused(string text) =>
        Assert.Contains("nothing to report", CsvFile.ErrorOf(text, text.Contains("World", StringComparison.Ordinal) ? ["World"] : []), StringComparison.Ordinal);

    [Fact]
    public void A_title_above_the_header_and_separators_at_line_ends_are_no_data()
    {
        var data = CsvFile.Read("Boats sold,,,\nSource: harbour office,,,\n\nharbour,year,boats,\nN,2020,5,\nS,2020,6,\n");

        Assert.Equal("N 2020 5,S 2020 6", Sums(data));
        Assert.Contains(data.Notes, static note => note.StartsWith("2 lines above the header were skipped: 'Boats sold'", StringComparison.Ordinal));
    }

    private static string Sums(MarketData data)
    {
        var size = data.Measures.ToList().FindIndex(static measure => measure.Role == MeasureRole.Size);
        return string.Join(',', data.Rows.Where(row => row.Values[size].HasValue).Select(row => FormattableString.Invariant($"{row.Entity} {row.Year} {row.Values[size]}")));
    }
}
