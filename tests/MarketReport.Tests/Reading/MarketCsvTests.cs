using System.Text;
using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class MarketCsvTests
{
    private const string Shares = "country,year,sales,ev_share,gas_share,price_eur\n";

    [Fact]
    public void The_sample_has_all_its_rows_columns_and_unknown_cells()
    {
        var data = MarketCsv.Read(CsvFile.Sample, []);
        var cells = File.ReadAllLines(CsvFile.Sample).Skip(1).SelectMany(static line => line.Split(',')).ToList();

        Assert.Equal(309, data.AcceptedLineCount);
        Assert.Equal(309, data.Rows.Count);
        Assert.Empty(data.RejectedLines);
        Assert.Equal(10, data.Measures.Count);
        Assert.Equal("new_cars", Assert.Single(data.Measures, static measure => measure.Role == MeasureRole.Size).Name);
        Assert.Equal(7, data.Measures.Count(static measure => measure.Role == MeasureRole.Share));
        Assert.Equal(cells.Count(static cell => cell.Length == 0), data.Measures.Sum(static measure => measure.MissingCount));
    }

    [Theory]
    [InlineData(",", "\n")]
    [InlineData(";", "\r\n")]
    [InlineData("\t", "\n")]
    [InlineData("|", "\r\n")]
    public void Separators_and_line_ends_make_no_difference(string separator, string lineEnd)
    {
        var text = string.Join(lineEnd, new[] { "country,year,sales,ev_share", "A,2019,100,12.5", "B,2019,200,2.5", "" }).Replace(",", separator, StringComparison.Ordinal);

        var data = CsvFile.Read(text);

        Assert.Equal([100.0, 12.5], data.Rows[0].Values);
        Assert.Equal(["A", "B"], data.Rows.Select(static row => row.Entity));
    }

    [Fact]
    public void A_byte_order_mark_and_other_encodings_are_read()
    {
        const string Text = "country,year,sales\nÖsterreich,2019,10\nTürkei,2019,20\n";
        foreach (var bytes in new[]
        {
            [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)],
            (byte[])[.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)],
            Encoding.Latin1.GetBytes(Text),
        })
        {
            using var file = new CsvFile(bytes);
            var data = MarketCsv.Read(file.Path, []);

            Assert.Equal("country", data.EntityColumn);
            Assert.Equal(["Türkei", "Österreich"], data.Rows.Select(static row => row.Entity));
        }
    }

    [Fact]
    public void Quoted_fields_may_hold_separators_quotes_and_line_breaks()
    {
        var data = CsvFile.Read("country,year,sales\n\"Korea, South\",2019,\"1,234\"\n\"The \"\"Isle\"\"\",2019,5\n\"Two\nlines\",2019,6\nX,2019,x\n");

        Assert.Equal(["Korea, South", "The \"Isle\"", "Two lines"], data.Rows.Select(static row => row.Entity));
        Assert.Equal(1234, data.Rows[0].Values[0]);
        Assert.Equal(6, Assert.Single(data.RejectedLines).Line);
    }

    [Fact]
    public void A_quote_without_its_end_does_not_swallow_the_rest()
    {
        var data = CsvFile.Read("country,year,sales\nA,2019,1\n\"B,2019,2\nC,2019,3\nD,2019,4\n");

        Assert.Equal(["A", "C", "D"], data.Rows.Select(static row => row.Entity));
        Assert.Equal(3, Assert.Single(data.RejectedLines).Line);
    }

    [Fact]
    public void Lines_that_cannot_be_read_are_left_out_and_told_with_line_and_reason()
    {
        var data = CsvFile.Read(Shares
            + "A,2018,100,1,2,10\n"
            + "A,2019,many,1,2,10\n"
            + "B,2019,100,1,2\n"
            + "B,2018,100,1,2,10,11\n"
            + ",2019,100,1,2,10\n"
            + "C,later,100,1,2,10\n"
            + "\n"
            + "C,2019,100,1,2,10\n");

        Assert.Equal(2, data.AcceptedLineCount);
        Assert.Equal(
            [
                (3, "'many' in sales is no number"),
                (4, "5 fields instead of 6"),
                (5, "7 fields instead of 6"),
                (6, "no country"),
                (7, "'later' in year is no year or date"),
            ],
            data.RejectedLines.Select(static line => (line.Line, line.Reason)));
    }

    [Fact]
    public void Lines_of_one_entity_and_year_are_added_up_and_what_does_not_add_up_is_averaged_weighted_by_size()
    {
        var data = CsvFile.Read(Shares + "A,2019,100,1,2,10\nB,2019,7,1,2,10\nA,2019,300,5,6,70\n");

        Assert.Equal([400, 4, 5, 55], data.Rows.Single(static row => row.Entity == "A").Values);
        Assert.Empty(data.RejectedLines);
    }

    [Fact]
    public void Empty_cells_and_marks_of_nothing_are_unknown_and_counted()
    {
        var data = CsvFile.Read(Shares + "A,2019,100,,NA,n/a\nB,2019,,1,3,10\n");

        Assert.Equal([100, null, null, null], data.Rows[0].Values);
        Assert.Equal([null, 1, 3, 10], data.Rows[1].Values);
        Assert.Equal([1, 1, 1, 1], data.Measures.Select(static measure => measure.MissingCount));
    }

    [Fact]
    public void Dates_of_a_year_are_combined_size_as_sum_all_else_weighted()
    {
        var data = CsvFile.Read("Company;Date;Revenue;Cloud_share;Price\nX;2019-01-31;100;10;1\nX;2019-07-31;300;30;5\nX;2020-01-31;50;20;2\nX;2020-07-31;;40;9\n");

        Assert.Equal((2019, 400, 25, 4), (data.Rows[0].Year, data.Rows[0].Values[0], data.Rows[0].Values[1], data.Rows[0].Values[2]));
        Assert.Equal(2020, data.Rows[1].Year);
        Assert.Null(data.Rows[1].Values[0]);
        Assert.Equal(20, data.Rows[1].Values[1]);
        Assert.Contains(data.Notes, static note => note.StartsWith("Several dates of a year", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_lines_that_are_the_same_are_both_counted_and_reported()
    {
        var data = CsvFile.Read("name,date,sales\nX,2019-01-31,100\nX,2019-02-28,10\nX,2019-01-31,100\n");

        Assert.Equal(210, Assert.Single(data.Rows).Values[0]);
        Assert.Contains(data.Notes, static note => note.StartsWith("1 line is the same as another in every field", StringComparison.Ordinal));
    }

    [Fact]
    public void A_year_that_has_only_begun_is_left_out()
    {
        var months = string.Concat(Enumerable.Range(1, 12).Select(static month => $"X,2019-{month:00},10\n"));

        var data = CsvFile.Read("name,month,sales\n" + months + "X,2020-01,10\nX,2020-02,10\n");

        Assert.Equal((2019, 120.0), (Assert.Single(data.Rows).Year, data.Rows[0].Values[0]));
        Assert.Contains(data.Notes, static note => note.StartsWith("2020 was left out: the file has 2 of 12 months", StringComparison.Ordinal));
    }

    [Fact]
    public void A_month_column_beside_the_year_is_part_of_the_date()
    {
        var data = CsvFile.Read("year,month,country,sales\n2019,1,X,10\n2019,2,X,20\n2020,1,X,5\n2020,2,X,6\n");

        Assert.Equal([(2019, 30.0), (2020, 11.0)], data.Rows.Select(static row => (row.Year, row.Values[0]!.Value)));
        Assert.Equal("sales", Assert.Single(data.Measures).Name);
    }

    [Theory]
    [InlineData("2019-03-31")]
    [InlineData("2019/3/31")]
    [InlineData("31.12.2019")]
    [InlineData("12/31/2019")]
    [InlineData("2019-Q3")]
    [InlineData("Q3 2019")]
    [InlineData("2019-11")]
    [InlineData("Mar 2019")]
    [InlineData("2019-03-31T12:00:00Z")]
    [InlineData("2019")]
    [InlineData("2019.0")]
    public void Years_and_dates_are_known_by_their_values(string period)
    {
        var data = CsvFile.Read($"thing,when,sales\nX,{period},10\n");

        Assert.Equal(2019, Assert.Single(data.Rows).Year);
    }

    [Theory]
    [InlineData("1500", false)]
    [InlineData("2019-13", false)]
    [InlineData("2019-00-10", false)]
    [InlineData("99.99.2019", false)]
    [InlineData("2019", true)]
    public void PeriodReader_TryParse_distinguishes_periods_from_other_text(string text, bool expected) =>
        Assert.Equal(expected, PeriodReader.Any.TryParse(text, out _));

    [Fact]
    public void Fractions_of_one_are_brought_to_percent_and_told()
    {
        var data = CsvFile.Read(Shares + "A,2019,100,0.25,0.75,10\nB,2019,100,1,0,10\n");

        Assert.True(data.SharesWereFractions);
        Assert.Equal([25.0, 75.0], data.Rows[0].Values.Skip(1).Take(2).Select(static value => value!.Value));
        Assert.Contains(data.Notes, static note => note.Contains("fractions of one", StringComparison.Ordinal));
        Assert.False(CsvFile.Read(Shares + "A,2019,100,0.25,1.5,10\n").SharesWereFractions);
        Assert.False(CsvFile.Read(Shares + "A,2019,100,0.25%,0.5%,10\n").SharesWereFractions);
    }

    [Fact]
    public void Between_semicolons_a_dot_before_three_digits_stands_between_groups() =>
        Assert.Equal([1000, 900, 1200], CsvFile.Read("Marke;Jahr;Absatz\nA;2020;1.000\nB;2020;900\nC;2020;1.200\n").Rows.Select(static row => row.Values[0]));

    [Fact]
    public void Between_semicolons_other_decimals_with_a_dot_are_decimals() =>
        Assert.Equal([1.5, 1.234], CsvFile.Read("name;year;rate\nA;2020;1.5\nB;2020;1.234\n").Rows.Select(static row => row.Values[0]));

    [Fact]
    public void A_decimal_comma_is_found_by_the_numbers_themselves()
    {
        var data = CsvFile.Read("Land;Jahr;Absatz;Strom_share\nA;2019;1.234.567;12,5\nB;2019;89.100;2,25\n");

        Assert.Equal([1234567, 12.5], data.Rows[0].Values);
        Assert.Equal([89100, 2.25], data.Rows[1].Values);
    }

    [Fact]
    public void Shares_are_known_by_their_ending_in_any_case_and_the_size_is_the_amount_not_the_price()
    {
        var data = CsvFile.Read("EV_SHARE,Region,Note,Year,price,units\n50,A,good,2019,10,20\n");

        Assert.Equal(
            [(MeasureRole.Share, "EV"), (MeasureRole.Other, "price"), (MeasureRole.Size, "units")],
            data.Measures.Select(static measure => (measure.Role, measure.Label)));
        Assert.Equal("Region", data.EntityColumn);
        Assert.Contains(data.Notes, static note => note.Contains("Note", StringComparison.Ordinal));
    }

    [Fact]
    public void Columns_without_a_value_are_not_used_and_told()
    {
        var data = CsvFile.Read("country,year,stock,sales,ev_share\nA,2019,,5,\n");

        Assert.Equal(["sales"], data.Measures.Select(static measure => measure.Name));
        Assert.Contains(data.Notes, static note => note.Contains("stock, ev_share", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("average_price_eur", "average price", "EUR")]
    [InlineData("co2_g_per_km", "CO2", "g/km")]
    [InlineData("new_cars", "new cars", "")]
    [InlineData("Sales", "Sales", "")]
    [InlineData("hotel price, EUR", "hotel price", "EUR")]
    public void ColumnLabel_Of_FindsWordsAndUnit(string column, string label, string unit) =>
        Assert.Equal((label, unit), ColumnLabel.Of(column, share: false));

    [Fact]
    public void Reading_twice_gives_the_same()
    {
        static string Json() => System.Text.Json.JsonSerializer.Serialize(MarketCsv.Read(CsvFile.Sample, []));

        Assert.Equal(Json(), Json());
    }
}
