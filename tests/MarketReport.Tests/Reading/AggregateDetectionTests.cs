using System.Globalization;
using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class AggregateDetectionTests
{
    [Fact]
    public void Europe_is_left_out_of_the_sample_and_nothing_else()
    {
        var leftOut = Assert.Single(MarketCsv.Read(CsvFile.Sample, []).LeftOut);

        Assert.Equal(("Europe", LeftOutReason.AggregateBySize), (leftOut.Entity, leftOut.Reason));
        Assert.Contains("2019", leftOut.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void An_excluded_entity_is_left_out_by_name() =>
        Assert.Equal(
            [("Europe", LeftOutReason.Named), ("Germany", LeftOutReason.Named)],
            MarketCsv.Read(CsvFile.Sample, ["europe", "Germany"]).LeftOut.Select(static entity => (entity.Entity, entity.Reason)));

    [Fact]
    public void An_included_entity_counts_however_large()
    {
        var data = MarketCsv.Read(CsvFile.Sample, [], ["europe"]);

        Assert.Empty(data.LeftOut);
        Assert.Empty(data.Doubtful);
    }

    [Theory]
    [InlineData("A 10,B 20,C 30,D 40,Total 100", "Total")]
    [InlineData("A 10,B 20,C 30,D 40,Benelux 100", "Benelux")]
    [InlineData("A 10,B 20,C 30,D 40,World 250", "World")]
    [InlineData("A 10,B 20,C 30,D 40,EU27 60", "EU27")]
    [InlineData("A 60,Total 100", "Total")]
    [InlineData("A 60,B 40,All countries 100", "All countries")]
    [InlineData("A 60,B 40,Europe 100", "Europe")]
    [InlineData("A 10,B 20,C 30,D 40,Market 60", "Market")]
    [InlineData("Europe 30,Asia 50,Africa 20,World 100", "World")]
    [InlineData("a 9,b 9,c 9,d 9,e 9,f 9,g 9,h 9,i 9,j 9,k 9,Part 60", "Part")]
    public void A_total_is_left_out(string sizes, string expected) => Assert.Equal([expected], LeftOut(sizes));

    [Theory]
    [InlineData("A 100")]
    [InlineData("A 60,B 40")]
    [InlineData("A 50,B 50")]
    [InlineData("A 50,B 30,C 20")]
    [InlineData("A 300,B 200,C 100")]
    [InlineData("A 40,B 30,C 20,D 10")]
    [InlineData("Windows 75,macOS 16,Linux 5,ChromeOS 4")]
    [InlineData("A 60,B 30,C 20,D 20,E 10,F 10")]
    [InlineData("Europe 40,Asia-Pacific 60,North America 35,Africa 5")]
    [InlineData("Europe 55,China 60,United States 30,Rest of world 10")]
    [InlineData("Europe 55,China 60,United States 30")]
    [InlineData("A 100,B 80,C 60,D 40,E 20")]
    [InlineData("Rest of world 60,A 20,B 20,C 20,D 20")]
    [InlineData("South Africa 50,A 20,B 20,C 20,D 20")]
    [InlineData("a 9,b 9,c 9,d 9,e 9,f 9,g 9,h 9,i 9,j 9,k 9,Large 48")]
    public void A_market_that_may_well_be_that_large_stays(string sizes) => Assert.Empty(LeftOut(sizes));

    [Fact]
    public void A_total_within_a_total_is_found_too() =>
        Assert.Equal(["World", "Europe"], LeftOut("a 9,b 9,c 9,d 9,e 9,f 9,g 9,h 9,i 9,j 9,k 9,Europe 80,World 200"));

    [Fact]
    public void Totals_of_several_kinds_are_each_compared_with_the_markets() =>
        Assert.Equal(
            ["World", "High-income countries", "Asia"],
            LeftOut("A 40,B 20,C 20,D 10,E 10,World 100,Asia 60,Europe 40,High-income countries 70"));

    [Theory]
    [InlineData("A 60,B 30,C 20,D 20,E 10,F 10", "A")]
    [InlineData("A 50,B 30,C 20", "")]
    [InlineData("A 40,B 20,C 20,D 10,E 10,World 100,Asia 60,Europe 40", "Europe")]
    [InlineData("A 40,B 30,C 20,D 10,E 10", "A")]
    [InlineData("A 60,B 40", "")]
    [InlineData("A 30,B 30,C 20,D 20", "")]
    [InlineData("Europe 20,Asia-Pacific 25,North America 22,Africa 15", "")]
    public void What_may_be_a_total_but_counts_is_told(string sizes, string expected) =>
        Assert.Equal(expected, string.Join(',', Read("2019: " + sizes).Doubtful.Select(static entity => entity.Entity)));

    [Fact]
    public void A_total_stays_one_in_years_that_lack_some_of_its_parts() =>
        Assert.Equal(["Nordics"], LeftOutOf("2001: A 10,B 20,C 30,Nordics 60;2002: A 10,B 20,Nordics 62"));

    [Fact]
    public void Sizes_that_fall_by_half_do_not_lose_one_market_after_another() =>
        Assert.True(LeftOut("l 160,k 80,j 40,i 20,h 10,g 5,f 2,e 1,d 0.5,c 0.2,b 0.1,a 0.05").Count <= 3);

    [Fact]
    public void One_year_with_few_others_does_not_make_a_total_of_a_large_market()
    {
        var years = "2001: A 90,B 40,C 30,D 20;2002: A 90,B 40,C 30,D 20,E 60,F 60";

        Assert.Empty(LeftOutOf(years));
    }

    [Fact]
    public void A_sum_of_two_is_a_total_when_three_years_prove_it()
    {
        Assert.Equal(["Nordics"], LeftOutOf("2001: A 11,B 22,Nordics 33;2002: A 13,B 21,Nordics 34;2003: A 17,B 19,Nordics 36"));
        Assert.Empty(LeftOutOf("2001: A 11,B 22,Nordics 33;2002: A 13,B 21,Nordics 34"));
    }

    private static List<string> LeftOut(string sizes) => LeftOutOf("2019: " + sizes);

    private static List<string> LeftOutOf(string years) => Read(years).LeftOut.Select(static entity => entity.Entity).ToList();

    private static MarketData Read(string years)
    {
        var rows = years.Split(';').SelectMany(static year => year[(year.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',').Select(entry => (Year: year.Trim()[..4], Entry: entry.Trim())));
        var text = "country,year,sales\n" + string.Concat(rows.Select(static row =>
        {
            var space = row.Entry.LastIndexOf(' ');
            return string.Create(CultureInfo.InvariantCulture, $"{row.Entry[..space]},{row.Year},{row.Entry[(space + 1)..]}\n");
        }));
        return CsvFile.Read(text);
    }
}
