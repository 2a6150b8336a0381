using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class WideTableTests
{
    [Theory]
    [InlineData("maker,2019,2020\nA,1,2\nB,3,\n")]
    [InlineData("Year,2019,2020\nA,1,2\nB,3,\n")]
    [InlineData("maker,X2019,X2020\nA,1,2\nB,3,..\n")]
    [InlineData("maker,FY2019,FY2020\nA,1,2\nB,3,-\n")]
    [InlineData("maker,2019 [YR2019],2020 [YR2020]\nA,1,2\nB,3,\n")]
    [InlineData("maker,boats_2019,boats_2020\nA,1,2\nB,3,\n")]
    [InlineData("maker,2019 boats,2020 boats\nA,1,2\nB,3,\n")]
    [InlineData("maker,Boats (2019),Boats (2020)\nA,1,2\nB,3,\n")]
    [InlineData("maker;2019/20;2020/21\nA;1;2\nB;3;\n")]
    [InlineData("maker,Q1 2019,Q1 2020\nA,1,2\nB,3,\n")]
    public void Columns_of_years_become_rows(string text)
    {
        var data = CsvFile.Read(text);

        Assert.Equal([("A", 2019, 1.0), ("A", 2020, 2.0), ("B", 2019, 3.0), ("B", 2020, null)], data.Rows.Select(static row => (row.Entity, row.Year, row.Values[0])));
        Assert.Contains(data.Notes, static note => note.StartsWith("The file has a column for each of 2 periods", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_measures_side_by_side_stay_apart()
    {
        var data = CsvFile.Read("maker,price_2019,price_2020,sales_2019,sales_2020\nA,5,6,10,20\nB,7,8,30,40\n");

        Assert.Equal([("price", MeasureRole.Other), ("sales", MeasureRole.Size)], data.Measures.Select(static measure => (measure.Name, measure.Role)));
        Assert.Equal([8.0, 40.0], data.Rows[^1].Values.Select(static value => value!.Value));
    }

    [Fact]
    public void A_number_that_belongs_to_no_year_is_not_repeated_for_each()
    {
        var data = CsvFile.Read("maker,founded,2019,2020,Total\nA,1950,1,2,3\nB,1960,3,4,7\n");

        Assert.Equal("value", Assert.Single(data.Measures).Name);
        Assert.Contains("Not used, because they belong to no period: the columns founded, Total.", data.Notes);
    }

    [Fact]
    public void The_only_indicator_of_the_rows_names_the_measure()
    {
        var data = CsvFile.Read("Country Name,Country Code,Indicator Name,Indicator Code,2019,2020,\nA,AA,\"Boats, total\",B.T,1,2,\nB,BB,\"Boats, total\",B.T,3,4,\n");

        Assert.Equal(("Boats, total", "Country Name"), (Assert.Single(data.Measures).Name, data.EntityColumn));
    }

    [Fact]
    public void The_name_of_the_file_may_say_that_the_values_are_a_rate()
    {
        using var file = new CsvFile("country,2019,2020\nA,70,71\nB,60,62\n"u8.ToArray(), "life_expectancy_years.csv");

        Assert.False(Assert.Single(MarketCsv.Read(file.Path, []).Measures).Adds);
    }

    [Fact]
    public void A_cell_that_is_no_number_rejects_its_year_alone()
    {
        var data = CsvFile.Read("maker,2019,2020,2021\nA,1,many,3\nB,3,4,5\n");

        Assert.Equal(2, Assert.Single(data.RejectedLines).Line);
        Assert.Equal(5, data.Rows.Count);
    }

    [Fact]
    public void A_table_that_has_a_column_of_years_stays_as_it_is() =>
        Assert.Equal(["sales_2019", "sales_2020"], CsvFile.Read("maker,year,sales_2019,sales_2020\nA,2019,1,2\nB,2019,3,4\n").Measures.Select(static measure => measure.Name));
}
