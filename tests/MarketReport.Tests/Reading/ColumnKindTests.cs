using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

/// <summary>Which column is the entity, the period and the size, by the kind of its name and values.</summary>
public sealed class ColumnKindTests
{
    [Theory]
    [InlineData(",Maker,Year,Sales\n0,A,2020,7\n1,A,2021,9\n2,B,2020,4\n3,B,2021,5\n", "Sales")]
    [InlineData("Unnamed: 0,Maker,Year,Boats\n4,A,2020,7\n6,A,2021,9\n7,B,2020,4\n9,B,2021,5\n", "Boats")]
    [InlineData(",Maker,Year,Boats\n4,A,2020,7\n6,A,2021,9\n7,B,2020,4\n9,B,2021,5\n", "Boats")]
    [InlineData(",Maker,Year,Boats\n0,A,2020,7\n1,A,2021,9\n2,A,2022,9\n0,B,2020,4\n1,B,2021,5\n2,B,2022,5\n", "Boats")]
    [InlineData("S.No,Maker,Year,Boats\n1,A,2020,7\n2,A,2021,9\n3,B,2020,4\n", "Boats")]
    [InlineData("Customer ID,Maker,Year,Boats\n88,A,2020,7\n31,A,2021,9\n45,B,2020,4\n", "Boats")]
    [InlineData("Lfd. Nr.;Marke;Jahr;Boote\n1;A;2020;7\n2;A;2021;9\n3;B;2020;4\n", "Boote")]
    [InlineData("obs,Maker,Year,Boats\n501,A,2020,7\n502,A,2021,9\n503,B,2020,4\n", "Boats")]
    [InlineData("Place,Maker,Year,Boats\n1,A,2020,7\n2,B,2020,4\n2,A,2021,3\n1,B,2021,5\n", "Boats")]
    [InlineData("plate,Maker,Year,Boats\n77,A,2020,7\n12,B,2020,4\n77,A,2021,3\n12,B,2021,5\n", "Boats")]
    [InlineData("Zone,Maker,Year,Boats\n007,A,2020,7\n012,B,2020,4\n031,A,2021,3\n", "Boats")]
    [InlineData("postcode,latitude,Maker,Year,Boats\n1010,48.2,A,2020,7\n1020,48.1,B,2020,4\n", "Boats")]
    [InlineData("World Rank,Maker,Year,Boats\n9,A,2020,7\n8,B,2020,4\n", "Boats")]
    public void A_number_that_only_tells_rows_or_entities_apart_is_no_measure(string text, string size)
    {
        var data = CsvFile.Read(text);

        Assert.Equal(size, Assert.Single(data.Measures).Name);
        Assert.Contains(data.Notes, static note => note.StartsWith("Not measures", StringComparison.Ordinal));
    }

    [Fact]
    public void A_few_numbers_among_the_names_of_columns_are_names() =>
        Assert.Equal(["sold", "4046", "4225"], CsvFile.Read("shop,date,sold,4046,4225\nN,2020-01-05,9,1.5,2\nS,2020-01-05,8,3,4\n").Measures.Select(static measure => measure.Name));

    [Fact]
    public void Amounts_that_happen_to_count_up_stay_a_measure() =>
        Assert.Equal("sales", Assert.Single(CsvFile.Read("shop,year,sales\nA,2019,1\nA,2020,2\nA,2021,3\n").Measures).Name);

    [Theory]
    [InlineData("unit price,units")]
    [InlineData("lifeExp,pop")]
    [InlineData("life_expect,pop")]
    [InlineData("gdpPercap,gdp")]
    [InlineData("Unemployment rate (%),Jobs")]
    [InlineData("kg/person,tonnes")]
    [InlineData("Consumer price index,Spending")]
    [InlineData("Durchschnittlicher Preis,Absatz")]
    [InlineData("Market share,Sales")]
    [InlineData("profit margin,profit")]
    [InlineData("average wage,boats")]
    public void The_size_is_the_amount_that_adds_up_and_the_rate_is_averaged(string columns)
    {
        var data = CsvFile.Read($"country,year,{columns}\nA,2019,2,30\nB,2019,5,10\n");

        Assert.Equal([(MeasureRole.Other, false), (MeasureRole.Size, true)], data.Measures.Select(static measure => (measure.Role, measure.Adds)));
    }

    [Fact]
    public void A_column_of_percentages_is_a_rate_whatever_its_name()
    {
        var data = CsvFile.Read("country,year,uptake,boats\nA,2019,20%,30\nB,2019,50%,10\n");

        Assert.Equal("boats", data.Measures.Single(static measure => measure.Role == MeasureRole.Size).Name);
    }

    [Fact]
    public void Where_only_a_rate_is_measured_it_is_averaged_and_never_summed()
    {
        var data = CsvFile.Read("ticker,date,price\nAAA,Mar 1 2019,10\nBBB,Mar 1 2019,20\nAAA,Mar 2 2019,14\nWorld,Mar 1 2019,99\n");

        Assert.Equal([12.0, 20.0, 99.0], data.Rows.Select(static row => row.Values[0]!.Value));
        Assert.False(Assert.Single(data.Measures).Adds);
        Assert.Equal("World", Assert.Single(data.LeftOut).Entity);
        Assert.Contains(data.Notes, static note => note.StartsWith("'price' is a rate", StringComparison.Ordinal) && note.Contains("--size", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Order ID,Shop,Date,Amount\nX1,N,2020-01-05,1\nX2,N,2020-02-05,2\nX3,S,2020-02-06,3\nX4,S,2021-02-06,4\n", "Shop")]
    [InlineData("Ticket,Shop,Date,Amount\nX1,N,2020-01-05,1\nX2,N,2020-02-05,2\nX3,S,2020-02-06,3\nX4,S,2021-02-06,4\n", "Shop")]
    [InlineData("ISO3,Country,Year,Amount\nAUT,Austria,2020,1\nAUT,Austria,2021,2\nBEL,Belgium,2020,1\n", "Country")]
    [InlineData("Country,Product,Year,Amount\nAustria,Tea,2020,1\nAustria,Tea,2021,2\nAustria,Rice,2020,1\n", "Product")]
    [InlineData("Description,Country,Year,Amount\nTea,Austria,2020,1\nTea,Belgium,2021,2\nTea,Austria,2021,1\nMug,Austria,2020,1\n", "Country")]
    [InlineData("SKU,Year,Amount\nT-1,2020,1\nT-1,2021,2\nT-2,2020,1\n", "SKU")]
    [InlineData("Open,Shop,Year,Amount\nY,N,2020,1\nN,N,2021,2\nY,S,2020,1\nY,S,2021,1\n", "Shop")]
    [InlineData("Store,Date,Weekly Sales,Open\n1,2020-01-05,5,true\n2,2020-01-05,6,true\n1,2020-01-12,7,false\n", "Store")]
    public void The_entity_is_the_name_that_comes_again_in_other_periods(string text, string entity) =>
        Assert.Equal(entity, CsvFile.Read(text).EntityColumn);

    [Fact]
    public void Named_columns_overrule_what_would_be_found()
    {
        const string Text = "shop,product,ordered,shipped,amount,units,price\nN,Tea,2019-12-30,2020-01-02,7,1,3\nS,Mug,2019-11-01,2019-11-05,9,2,5\n";

        var found = CsvFile.Read(Text);
        var named = CsvFile.Read(Text, new ColumnChoice("UNITS", "product", "shipped"));
        var rate = CsvFile.Read(Text, new ColumnChoice(Size: "price"));

        Assert.Equal(("shop", "ordered", "amount"), (found.EntityColumn, found.PeriodColumn, Size(found)));
        Assert.Equal(("product", "shipped", "units"), (named.EntityColumn, named.PeriodColumn, Size(named)));
        Assert.Equal([2019, 2020], named.Rows.Select(static row => row.Year));
        Assert.Equal(("price", false), (Size(rate), rate.Measures.Single(static measure => measure.Role == MeasureRole.Size).Adds));
    }

    [Theory]
    [InlineData("turnover", null, null, "--size 'turnover' is not a column")]
    [InlineData(null, "brand", null, "--entity 'brand' is not a column")]
    [InlineData(null, null, "when", "--date 'when' is not a column")]
    [InlineData("year", null, null, "both the size and the date")]
    [InlineData("shop", "shop", null, "both the size and the entity")]
    [InlineData(null, "year", null, "both the entity and the date")]
    [InlineData("note", null, null, "'good'")]
    [InlineData(null, null, "note", "'good'")]
    public void A_named_column_that_does_not_do_is_refused_with_the_reason(string? size, string? entity, string? date, string message)
    {
        var exception = Assert.Throws<MarketDataException>(() => CsvFile.Read("shop,year,amount,note\nN,2019,5,good\n", new ColumnChoice(size, entity, date)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop,date,amount\nN,soon,5\nS,never,6\n", "'date' holds no year or date that can be read: 'soon', 'never'")]
    [InlineData("shop,date,amount\nN,21-Jan,5\nS,22-Feb,6\n", "'21-Jan', '22-Feb'")]
    [InlineData("shop,year,revenue\nN,2019,5 parsecs\nS,2019,6 parsecs\n", "'revenue' has '5 parsecs', '6 parsecs'")]
    [InlineData("rank,shop,year,revenue\n1,N,2019,5 parsecs\n2,S,2019,6 parsecs\n", "'5 parsecs'")]
    [InlineData("shop,year,revenue\nN,2019,EUR 5\nS,2019,CHF 6\n", "mixes CHF, EUR")]
    [InlineData("shop,currency,year,revenue\nN,EUR,2019,5\nS,CHF,2019,6\n", "'currency' (EUR, CHF)")]
    [InlineData("rank,shop,year\n1,N,2019\n2,S,2019\n", "only identify rows")]
    public void What_is_not_understood_is_named_with_its_column_and_values(string text, string message) =>
        Assert.Contains(message, CsvFile.ErrorOf(text), StringComparison.Ordinal);

    [Fact]
    public void The_currency_of_the_cells_is_the_unit_of_the_measure() =>
        Assert.Equal("EUR", Assert.Single(CsvFile.Read("shop,year,revenue\nN,2019,EUR 5\nS,2019,EUR 6\n").Measures).Unit);

    [Fact]
    public void A_dollar_sign_and_the_code_of_a_dollar_are_one_currency() =>
        Assert.Equal("CAD", Assert.Single(CsvFile.Read("shop,year,revenue\nN,2019,$5\nS,2019,CAD 6\nT,2019,7\n").Measures).Unit);

    [Fact]
    public void Windows_1252_is_read_where_it_is_no_utf_8()
    {
        using var file = new CsvFile([.. "Laden;Jahr;Umsatz ("u8, 0x80, .. ")\nB"u8, 0xFC, .. "ro;2019;5\n"u8]);

        var data = MarketCsv.Read(file.Path, []);

        Assert.Equal(("Umsatz (€)", "€"), (Assert.Single(data.Measures).Name, data.Measures[0].Unit));
        Assert.Equal("Büro", Assert.Single(data.Rows).Entity);
        Assert.Contains(data.Notes, static note => note.Contains("Windows-1252", StringComparison.Ordinal));
    }

    [Fact]
    public void Control_characters_of_a_file_do_not_reach_the_report()
    {
        var data = CsvFile.Read("shop,year,sales\n\u001b]0;owned\u0007N,2019,5\n");

        Assert.DoesNotContain(Assert.Single(data.Rows).Entity, char.IsControl);
    }

    private static string Size(MarketData data) => data.Measures.Single(static measure => measure.Role == MeasureRole.Size).Name;
}
