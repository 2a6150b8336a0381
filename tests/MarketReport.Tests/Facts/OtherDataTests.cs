using System.Globalization;
using System.Text;

namespace MarketReport.Tests.Facts;

public sealed class OtherDataTests
{
    private const string Header = "country,year,sales,ev_share,gas_share,price_eur\n";

    [Fact]
    public void A_share_is_averaged_weighted_by_size_and_never_summed()
    {
        var report = Reported.Of(Header + "A,2019,100,10,90,5\nB,2019,300,50,50,9\n", "ev");

        Assert.Equal(40, report.Value("ev_share_last"), 9);
        Assert.Equal(8, report.Value("price_eur_last"), 9);
        Assert.Equal(400, report.Value("total_size_last"));
        Assert.Equal(160, report.Value("focus_size_last"), 9);
    }

    [Fact]
    public void Rows_that_lack_size_or_share_stay_out_of_the_average_and_the_coverage_is_told()
    {
        var report = Reported.Of(Header + "A,2019,100,10,,5\nB,2019,300,,50,9\nC,2019,,90,10,9\n");

        Assert.Equal(10, report.Value("ev_share_last"));
        Assert.Equal(50, report.Value("gas_share_last"));
        Assert.Equal(400, report.Value("total_size_last"));
        Assert.Contains("ev 1 of 2 entities, 25.0 % of the size", report.Notes, StringComparison.Ordinal);
        Assert.Contains("3 values are missing", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_year_that_lacks_a_quarter_of_one_entity_makes_no_growth_of_it()
    {
        var report = Reported.Of(
            "shop,quarter,sales\n"
            + "North,2022-Q1,10\nNorth,2022-Q2,10\nNorth,2022-Q3,10\nNorth,2022-Q4,10\n"
            + "South,2022-Q1,10\nSouth,2022-Q2,many\nSouth,2022-Q3,10\nSouth,2022-Q4,10\n"
            + "North,2023-Q1,10\nNorth,2023-Q2,10\nNorth,2023-Q3,10\nNorth,2023-Q4,12\n"
            + "South,2023-Q1,10\nSouth,2023-Q2,10\nSouth,2023-Q3,10\nSouth,2023-Q4,10\n");

        Assert.Equal(1, report.Value("size_growth_entities"));
        Assert.Equal(5, report.Value("size_growth"), 9);
        Assert.Contains("The size of 1 of 4 rows is unknown, for others have quarters of the year that they lack: South 2022.", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_share_that_is_no_remainder_is_what_an_unnamed_report_is_about()
    {
        var report = Reported.Of("region,year,units,apple_share,samsung_share,other_share\nEurope,2023,100,25,20,55\n", "Telephones");

        Assert.Equal("apple", report.Text("focus"), ignoreCase: true);
        Assert.Contains("the report is about the largest that is no remainder, apple", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Growth_compares_only_entities_present_at_both_ends_and_says_how_many()
    {
        var report = Reported.Of(Header + "A,2015,100,10,90,5\nA,2019,200,20,80,5\nB,2019,900,50,50,9\nC,2015,50,1,99,9\n");

        Assert.Equal(100, report.Value("size_growth"), 9);
        Assert.Equal(1, report.Value("size_growth_entities"));
        Assert.Equal(10, report.Value("ev_share_change"), 9);
        Assert.Contains("1 of 3", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void With_fewer_than_ten_years_growth_covers_those_there_are_and_says_so()
    {
        var report = Reported.Of(Header + "A,2016,100,10,90,5\nA,2019,200,20,80,5\n", "ev");

        Assert.Equal("2016", report.Text("trend_base_year"));
        Assert.Equal("the only 3 years the data allow", report.Text("trend_span"));
        Assert.Equal(300, report.Value("focus_growth"), 9);
        Assert.Contains("the data allow no 10", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void With_more_than_ten_years_growth_covers_the_last_ten()
    {
        var rows = string.Concat(Enumerable.Range(2000, 20).Select(static year => $"A,{year},{year - 1999},50,50,5\n"));

        var report = Reported.Of(Header + rows, "ev");

        Assert.Equal("2009", report.Text("trend_base_year"));
        Assert.Equal(100, report.Value("size_growth"), 9);
    }

    [Theory]
    [InlineData("0", "5", "from none")]
    [InlineData("0", "0", "none at both ends")]
    [InlineData("0.01", "50", "a factor of 5,000")]
    [InlineData("1", "50", "a factor of 50.0")]
    [InlineData("10", "50", "+400.0 %")]
    [InlineData("50", "10", "-80.0 %")]
    public void Growth_from_nothing_or_next_to_nothing_is_told_as_such(string first, string last, string expected)
    {
        var report = Reported.Of(Header + $"A,2018,1000,{first},9,5\nA,2019,1000,{last},9,5\nB,2018,0,1,1,1\nB,2019,0,1,1,1\n", "ev");

        Assert.Equal(expected, report.Text("focus_growth"));
        Assert.DoesNotContain(report.Facts.Values, static fact => fact.Value is { } value && !double.IsFinite(value));
    }

    [Fact]
    public void A_negative_base_gives_no_percentage()
    {
        var report = Reported.Of("co,year,profit\nA,2018,-5\nA,2019,5\nB,2018,-7\nB,2019,9\n");

        Assert.Equal("from a negative base", report.Text("size_growth"));
        Assert.DoesNotContain("size_growth_per_year", report.Facts.Keys);
    }

    [Fact]
    public void Parts_of_a_total_with_negative_sizes_are_not_given()
    {
        var report = Reported.Of("co,year,profit\nA,2019,5\nB,2019,-4\n");

        Assert.Equal(1, report.Value("total_size_last"));
        Assert.DoesNotContain("largest_market_1_share", report.Facts.Keys);
        Assert.DoesNotContain("a_share_last", report.Facts.Keys);
        Assert.Contains("negative size", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_year_gives_levels_and_no_growth()
    {
        var report = Reported.Of(Header + "A,2019,100,10,90,5\nB,2019,300,50,50,9\n");

        Assert.Equal("2019", report.Text("common_last_year"));
        Assert.DoesNotContain(report.Facts.Keys, static id => id.Contains("growth", StringComparison.Ordinal) || id.EndsWith("_change", StringComparison.Ordinal));
        Assert.Contains("No growth is given", report.Notes, StringComparison.Ordinal);
        Assert.Equal(["size_by_entity", "competitor_shares", "focus_by_entity"], report.Charts.Select(static chart => chart.Id));
    }

    [Fact]
    public void Measures_that_do_not_fit_beside_each_other_are_in_tables_of_their_own()
    {
        var measures = Enumerable.Range(1, 12).Select(static number => $"price_{number}").ToList();

        var report = Reported.Of($"co,year,sales,{string.Join(',', measures)}\nA,2019,5,{string.Join(',', Enumerable.Range(1, 12))}\nB,2019,4,{string.Join(',', Enumerable.Range(21, 12))}\n");
        var tables = report.Sheets[0].Tables.Where(static table => table.Id.StartsWith("largest_markets", StringComparison.Ordinal)).ToList();

        Assert.Equal(["largest_markets", "largest_markets_2", "largest_markets_3"], tables.Select(static table => table.Id));
        Assert.All(report.Sheets[0].Tables, static table => Assert.InRange(table.Columns.Count, 1, 9));
        Assert.Equal(Enumerable.Range(1, 12).Select(static number => (double?)number), tables[0].Rows[0].Skip(4).Concat(tables.Skip(1).SelectMany(static table => table.Rows[0].Skip(2))).Select(static cell => cell.Value));
    }

    [Fact]
    public void A_single_entity_has_all_of_the_market()
    {
        var report = Reported.Of("country,year,sales\nA,2018,100\nA,2019,150\n");

        Assert.Equal(("A", 100.0), (report.Text("largest_market_1"), report.Value("largest_market_1_share")));
        Assert.Equal(50, report.Value("size_growth"), 9);
    }

    [Fact]
    public void The_common_last_year_has_at_least_half_of_the_entities()
    {
        const string Rows = "A,2018,1,1,1,1\nB,2018,1,1,1,1\nC,2018,1,1,1,1\nD,2018,1,1,1,1\nA,2019,1,1,1,1\nB,2019,1,1,1,1\nA,2020,1,7,1,1\n";

        var report = Reported.Of(Header + Rows, "ev");

        Assert.Equal("2019", report.Text("common_last_year"));
        Assert.Equal(("7.0 %", "2020"), (report.Text("a_ev_share_last"), report.Text("a_ev_year_last")));
        Assert.Equal(("1.0 %", "2018"), (report.Text("d_ev_share_last"), report.Text("d_ev_year_last")));
    }

    [Fact]
    public void Without_a_year_that_has_half_of_the_entities_the_fullest_is_taken_and_told()
    {
        var report = Reported.Of("co,year,sales\nA,2001,1\nB,2002,1\nC,2003,1\nD,2003,1\nE,2004,1\nF,2005,1\n");

        Assert.Equal("2003", report.Text("common_last_year"));
        Assert.Contains("No year has half", report.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public void Aggregates_stay_out_of_sums_and_ranks_and_are_told()
    {
        var report = Reported.Of(Header + "A,2019,10,10,90,5\nB,2019,30,50,50,9\nC,2019,20,50,50,9\nWorld,2019,60,99,1,9\n");

        Assert.Equal(60, report.Value("total_size_last"));
        Assert.Equal("B", report.Text("largest_market_1"));
        Assert.Equal(2600.0 / 60, report.Value("ev_share_last"), 9);
        Assert.Contains("Left out of sums and ranks: World", report.Notes, StringComparison.Ordinal);
        Assert.Contains("Nothing else was left out", report.Notes, StringComparison.Ordinal);
        Assert.Equal("World", Assert.Single(report.Sheets[0].Tables, static table => table.Id == "left_out").Rows[0][0].Text);
    }

    [Fact]
    public void An_excluded_entity_is_no_part_of_anything_but_the_comparison()
    {
        var report = Reported.Of(Header + "A,2019,10,10,90,5\nB,2019,30,50,50,9\n", "ev", "B");

        Assert.Equal(10, report.Value("total_size_last"));
        Assert.DoesNotContain("b_ev_share_last", report.Facts.Keys);
    }

    [Theory]
    [InlineData("Battery-electric cars in Europe", "battery electric", true)]
    [InlineData("Plug-in hybrids", "plugin hybrid", true)]
    [InlineData("The market for HYBRID cars", "full hybrid", true)]
    [InlineData("Diesel and its share", "diesel", true)]
    [InlineData("Cars in the market", "petrol", false)]
    [InlineData("", "petrol", false)]
    public void The_topic_selects_the_competitor_with_most_words_in_common(string topic, string focus, bool named)
    {
        var report = new Reported(Reported.Sample().Data, topic);

        Assert.Equal(focus, report.Text("focus"));
        Assert.Equal(named, !report.Notes.Contains("No competitor has a word in common", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_share_columns_the_entities_compete()
    {
        var report = Reported.Of("company;date;revenue_usd\nAlpha;2018-12-31;60\nBeta;2018-12-31;40\nAlpha;2019-12-31;100\nBeta;2019-12-31;300\n", "Where Alpha stands");

        Assert.Equal("Alpha", report.Text("focus"));
        Assert.Equal(25, report.Value("focus_share_last"), 9);
        Assert.Equal(("Beta", 75.0), (report.Text("leading_competitor"), report.Value("leading_competitor_share")));
        Assert.Equal(-35, report.Value("alpha_share_change"), 9);
        Assert.Equal(("Beta", 650.0), (report.Text("fastest_growing_entity"), report.Value("fastest_growing_change")));
        Assert.Equal("400 USD", report.Text("total_size_last"));
    }

    [Fact]
    public void Names_that_give_the_same_id_are_told_apart()
    {
        var report = Reported.Of(Header + "Sao Tome,2019,10,1,9,5\nSao-Tome,2019,30,5,5,9\n日本,2019,20,7,5,9\n", "ev");

        Assert.Equal(["1.0 %", "5.0 %", "7.0 %"], new[] { report.Text("sao_tome_ev_share_last"), report.Text("sao_tome_2_ev_share_last"), report.Text("日本_ev_share_last") });
    }

    [Fact]
    public void Years_and_entities_in_any_order_give_the_same_report()
    {
        var random = new Random(7);
        var lines = File.ReadAllLines(Tests.Reading.CsvFile.Sample);
        var shuffled = lines.Skip(1).ToArray();
        random.Shuffle(shuffled);

        var report = Reported.Of(string.Join('\n', shuffled.Prepend(lines[0])), "Battery-electric cars in Europe");

        Assert.Equal(
            Reported.Sample().Facts.Values.Select(static fact => (fact.Id, fact.Text)),
            report.Facts.Values.Select(static fact => (fact.Id, fact.Text)));
    }

    [Fact]
    public void Twice_the_size_of_everything_doubles_sums_and_leaves_shares()
    {
        var lines = File.ReadAllLines(Tests.Reading.CsvFile.Sample);
        var doubled = lines.Skip(1).Select(static line =>
        {
            var cells = line.Split(',');
            cells[2] = (2 * long.Parse(cells[2], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
            return string.Join(',', cells);
        });
        var (before, after) = (Reported.Sample(), Reported.Of(string.Join('\n', doubled.Prepend(lines[0])), "Battery-electric cars in Europe"));

        Assert.Equal(2 * before.Value("total_size_last"), after.Value("total_size_last"));
        Assert.Equal(2 * before.Value("focus_size_last"), after.Value("focus_size_last"), 6);
        Assert.Equal(before.Value("focus_share_last"), after.Value("focus_share_last"), 9);
        Assert.Equal(before.Value("focus_growth"), after.Value("focus_growth"), 6);
    }

    [Fact]
    public void Data_at_random_give_a_report_whose_figures_are_finite_and_shown_as_they_are()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var report = Reported.Of(RandomCsv(new Random(seed)), "ev and other things");

            Assert.NotEmpty(report.Facts);
            Assert.All(report.Facts.Values.Where(static fact => fact.Value.HasValue && fact.Text.Any(char.IsDigit)), static fact => FigureCheck.Shows(fact.Text, fact.Value!.Value));
            Assert.All(report.Sheets.SelectMany(static sheet => sheet.Tables), static table => Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Count)));
            Assert.All(report.Prose.Values, static prose => Assert.Empty(prose.LeftOut));
        }
    }

    private static string RandomCsv(Random random)
    {
        var shares = random.Next(0, 4);
        var text = new StringBuilder("thing,year,units" + string.Concat(Enumerable.Range(0, shares).Select(static number => $",s{number}_share")) + ",price\n");
        for (var entity = 0; entity < random.Next(1, 9); entity++)
        {
            for (var year = 2005; year < 2005 + random.Next(1, 15); year++)
            {
                text.Append(CultureInfo.InvariantCulture, $"Thing {entity},{year},{Cell(random, 1_000_000)}");
                for (var share = 0; share < shares; share++)
                {
                    text.Append(',').Append(Cell(random, 100));
                }

                text.Append(',').Append(Cell(random, 10)).Append('\n');
            }
        }

        return text.Append("Certain,2010,12").Append(string.Concat(Enumerable.Repeat(",5", shares))).Append(",1\n").ToString();
    }

    private static string Cell(Random random, int limit) => random.Next(8) switch
    {
        0 => "",
        1 => "0",
        2 => (random.NextDouble() / 1000).ToString("0.#######", CultureInfo.InvariantCulture),
        _ => (random.NextDouble() * limit).ToString("0.##", CultureInfo.InvariantCulture),
    };
}
