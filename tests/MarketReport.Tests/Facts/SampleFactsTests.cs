using System.Globalization;
using AgentOrchestration;
using MarketReport.Charts;
using MarketReport.Facts;
using MarketReport.Reading;
using MarketReport.Tests.Reading;

namespace MarketReport.Tests.Facts;

/// <summary>Computes every figure of the sample's report in another way.</summary>
public sealed class SampleFactsTests
{
    private const string Topic = "Battery-electric cars in Europe";
    private static readonly MarketData Data = MarketCsv.Read(CsvFile.Sample, []);
    private readonly SampleExpectations _expected = new(new PlainTable(CsvFile.Sample));

    [Fact]
    public void Every_fact_of_the_overview_is_right() => AssertFacts(_expected.Overview(), MarketOverview.Compute(Data));

    [Fact]
    public void Every_fact_of_the_competitor_analysis_is_right() => AssertFacts(_expected.Competitors(), CompetitorAnalysis.Compute(Data, Topic));

    [Fact]
    public void Every_fact_of_the_trends_is_right() => AssertFacts(_expected.Trends(), TrendsAnalysis.Compute(Data, Topic));

    [Fact]
    public void Every_fact_of_the_recommendations_is_right() => AssertFacts(_expected.Recommendations(), Recommendations.Compute(Data, Topic));

    [Fact]
    public void Every_cell_of_every_table_and_chart_is_right()
    {
        var tables = Sheets().SelectMany(static sheet => sheet.Tables).ToDictionary(static table => table.Id);
        foreach (var chart in MarketCharts.RenderAll(Data, Topic))
        {
            tables.Add("chart:" + chart.Id, chart.Data);
        }

        var expected = _expected.Tables();

        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), tables.Keys.Order(StringComparer.Ordinal));
        foreach (var (id, rows) in expected)
        {
            Assert.Equal(rows.Count, tables[id].Rows.Count);
            Assert.All(tables[id].Rows, row => Assert.Equal(tables[id].Columns.Count, row.Count));
            foreach (var (expectedRow, row) in rows.Zip(tables[id].Rows))
            {
                Assert.Equal(expectedRow.Length, row.Count);
                foreach (var (value, cell) in expectedRow.Zip(row))
                {
                    AssertCell($"{id}: {cell.Text}", value, cell);
                }
            }
        }
    }

    [Fact]
    public void A_fact_of_one_id_is_the_same_in_every_analysis() =>
        Assert.All(
            Sheets().SelectMany(static sheet => sheet.Facts).GroupBy(static fact => fact.Id),
            static group => Assert.Single(group.Select(static fact => (fact.Value, fact.Text)).Distinct()));

    [Fact]
    public void The_figures_everybody_knows_are_there()
    {
        var facts = Sheets().SelectMany(static sheet => sheet.Facts).DistinctBy(static fact => fact.Id).ToDictionary(static fact => fact.Id, static fact => fact.Text);

        Assert.Equal("42.4 %", facts["norway_battery_electric_share_last"]);
        Assert.Equal("Norway", facts["focus_top_entity"]);
        Assert.Equal("2019", facts["common_last_year"]);
        Assert.Equal(
            ["Germany", "United Kingdom", "France", "Italy", "Spain"],
            Enumerable.Range(1, 5).Select(rank => facts[$"largest_market_{rank}"]));
        Assert.Equal("14.79 million", facts["total_size_last"]);
        Assert.Equal("2009", facts["trend_base_year"]);
    }

    private static FactSheet[] Sheets() =>
    [
        MarketOverview.Compute(Data),
        CompetitorAnalysis.Compute(Data, Topic),
        TrendsAnalysis.Compute(Data, Topic),
        Recommendations.Compute(Data, Topic),
    ];

    private static void AssertFacts(Dictionary<string, object> expected, FactSheet sheet)
    {
        var facts = sheet.Facts.ToDictionary(static fact => fact.Id);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), facts.Keys.Order(StringComparer.Ordinal));
        foreach (var (id, value) in expected)
        {
            var fact = facts[id];
            if (value is string name)
            {
                Assert.Equal((id, name, null), (id, fact.Text, fact.Value));
            }
            else
            {
                AssertClose(id, Convert.ToDouble(value, CultureInfo.InvariantCulture), fact.Value);
                FigureCheck.Shows(fact.Text, fact.Value!.Value);
            }
        }
    }

    private static void AssertCell(string what, object? expected, FactCell cell)
    {
        if (expected is string text)
        {
            Assert.Equal(text, cell.Text, ignoreCase: true);
        }
        else if (expected is not null)
        {
            AssertClose(what, Convert.ToDouble(expected, CultureInfo.InvariantCulture), cell.Value);
            FigureCheck.Shows(cell.Text, cell.Value!.Value);
        }
    }

    private static void AssertClose(string what, double expected, double? actual)
    {
        Assert.True(actual.HasValue, what);
        Assert.True(Math.Abs(expected - actual.Value) <= 1e-9 * Math.Max(1, Math.Abs(expected)), string.Create(CultureInfo.InvariantCulture, $"{what}: expected {expected}, was {actual}"));
    }
}
