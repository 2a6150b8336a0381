using System.Xml.Linq;
using MarketReport.Charts;

namespace MarketReport.Tests.Charts;

public sealed class GanttChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Bars_stand_where_their_times_are_and_the_table_has_the_same_figures()
    {
        Chart chart = GanttChart.Render("run", "As it ran", [Bar("Collect", 0, 1_000, true), Bar("Write", 1_000, 4_000, true), Bar("Look", 500, 1_500, false)]);

        XElement root = XDocument.Parse(chart.Svg).Root!;
        Assert.Equal("As it ran, in seconds", root.Element(Svg + "title")!.Value);
        Assert.DoesNotContain("xception", chart.Svg, StringComparison.Ordinal);
        Assert.Equal(3, root.Descendants(Svg + "rect").Count());
        Assert.Contains("On the critical path: Collect, Write.", root.Element(Svg + "desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(
            ["Collect|0.0|1.0|1.0|yes", "Write|1.0|4.0|3.0|yes", "Look|0.5|1.5|1.0|no"],
            chart.Data.Rows.Select(row => string.Join('|', row.Select(cell => cell.Text))));
    }

    [Theory]
    [InlineData(300, "milliseconds")]
    [InlineData(30_000, "seconds")]
    [InlineData(3_000_000, "minutes")]
    [InlineData(300_000_000, "hours")]
    public void The_unit_goes_with_the_length(int milliseconds, string unit) =>
        Assert.EndsWith($", in {unit}", GanttChart.Render("run", "As it ran", [Bar("Collect", 0, milliseconds, true)]).Title);

    [Fact]
    public void A_run_that_took_no_time_is_drawn_too() => Assert.DoesNotContain("NaN", GanttChart.Render("run", "As it ran", [Bar("Collect", 0, 0, true)]).Svg, StringComparison.Ordinal);

    private static GanttBar Bar(string label, int start, int end, bool isCritical) => new(label, TimeSpan.FromMilliseconds(start), TimeSpan.FromMilliseconds(end), isCritical);
}
