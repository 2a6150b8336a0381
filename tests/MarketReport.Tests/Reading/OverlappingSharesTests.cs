using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class OverlappingSharesTests
{
    [Fact]
    public void A_share_that_is_the_sum_of_others_does_not_compete()
    {
        var data = CsvFile.Read("region,year,sales,oil_share,gas_share,fossil_share,sun_share\nN,2020,9,50,20,70,30\nS,2020,8,30.1,25,55.1,44.9\n");

        Assert.Equal(["oil", "gas", "sun"], Competitors(data));
        Assert.Contains("'fossil_share' was left out of the competitors: it is the sum of 'oil_share' and 'gas_share'.", data.Notes);
    }

    [Fact]
    public void A_total_of_all_shares_does_not_compete()
    {
        var data = CsvFile.Read("region,year,sales,all_share,oil_share,gas_share\nN,2020,9,1,0.4,0.6\nS,2020,8,1,0.3,0.7\n");

        Assert.Equal(["oil", "gas"], Competitors(data));
    }

    [Fact]
    public void Shares_that_overlap_in_other_ways_are_rates_and_no_rivals()
    {
        var data = CsvFile.Read("region,year,sales,radio_share,web_share\nN,2020,9,80,90\nS,2020,8,70,65\nN,2021,9,81,92\n");

        Assert.Empty(Competitors(data));
        Assert.Contains(data.Notes, static note => note.StartsWith("The shares 'radio_share', 'web_share' overlap", StringComparison.Ordinal));
    }

    [Fact]
    public void A_single_row_above_the_whole_is_reported_and_changes_nothing()
    {
        var rows = string.Concat(Enumerable.Range(2000, 9).Select(static year => $"N,{year},9,40,60\n"));

        var data = CsvFile.Read("region,year,sales,oil_share,gas_share\n" + rows + "S,2008,8,60,70\n");

        Assert.Equal(["oil", "gas"], Competitors(data));
        Assert.Contains(data.Notes, static note => note.StartsWith("The shares add up to more than 100 % in 1 of 10 rows, to 130 % at most", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("EV share (%)", "EV", true)]
    [InlineData("ev_share_pct", "ev", true)]
    [InlineData("EV Share", "EV", true)]
    [InlineData("Market Share", "Market Share", false)]
    [InlineData("shareholders", "shareholders", false)]
    public void A_competitor_has_a_share_by_its_name(string column, string label, bool competes)
    {
        var data = CsvFile.Read($"region,year,sales,{column}\nN,2020,9,40\nS,2020,8,30\n");

        Assert.Equal((label, competes), (data.Measures[1].Label, data.Measures[1].Role == MeasureRole.Share));
    }

    private static List<string> Competitors(MarketData data) =>
        [.. data.Measures.Where(static measure => measure.Role == MeasureRole.Share).Select(static measure => measure.Label)];
}
