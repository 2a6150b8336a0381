using System.Globalization;
using System.Xml.Linq;
using MarketReport.Charts;
using MarketReport.Tests.Facts;

namespace MarketReport.Tests.Charts;

public sealed class MarketChartsTests
{
    private const double FontSize = 15;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void The_sample_has_its_four_charts() =>
        Assert.Equal(
            ["size_by_entity", "competitor_shares", "focus_by_entity", "focus_over_time"],
            Reported.Sample().Charts.Select(static chart => chart.Id));

    [Fact]
    public void Charts_scale_have_a_title_and_refer_to_nothing_outside()
    {
        foreach (var chart in Reported.Sample().Charts)
        {
            var root = XDocument.Parse(chart.Svg).Root!;

            Assert.Equal(Svg + "svg", root.Name);
            Assert.NotNull(root.Attribute("viewBox"));
            Assert.Null(root.Attribute("width"));
            Assert.Equal("img", root.Attribute("role")?.Value);
            Assert.Equal(chart.Title, root.Element(Svg + "title")?.Value);
            Assert.Equal(chart.AltText, root.Element(Svg + "desc")?.Value);
            Assert.DoesNotContain(root.DescendantsAndSelf().Attributes(), static attribute => attribute.Name.LocalName is "href" or "src");
            Assert.DoesNotContain("url(", chart.Svg, StringComparison.Ordinal);
            Assert.DoesNotContain("NaN", chart.Svg, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Ids_of_all_charts_of_a_page_differ()
    {
        var ids = Reported.Sample().Charts.SelectMany(static chart => XDocument.Parse(chart.Svg).Descendants().Attributes("id")).Select(static id => id.Value).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void No_text_leaves_the_picture_or_lies_on_another()
    {
        foreach (var chart in Reported.Sample().Charts.Concat(Reported.Of("co,year,profit\nA company with a name that goes on,2018,-5\nA company with a name that goes on,2019,7.25\nB,2018,6\nB,2019,-1234567\n").Charts)
            .Concat(Reported.Of("co,year,sales\nA,-500,5\nA,2000,7\nB,-500,6\nB,2000,4\n").Charts))
        {
            var root = XDocument.Parse(chart.Svg).Root!;
            var size = root.Attribute("viewBox")!.Value.Split(' ').Select(static part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            var boxes = root.Descendants(Svg + "text").Select(static text => Box.Of(text)).ToList();

            Assert.All(boxes, box => Assert.True(box.Left >= 0 && box.Right <= size[2] && box.Top >= -2 && box.Bottom <= size[3] + 2, $"{chart.Id}: {box}"));
            Assert.All(boxes, box => Assert.DoesNotContain(boxes, other => !ReferenceEquals(box, other) && box.Overlaps(other)));
        }
    }

    [Fact]
    public void Names_of_the_data_do_not_become_markup()
    {
        var report = Reported.Of("co,year,sales\n\"<script>alert(1)</script> & \"\"x\"\"\",2018,5\n\"]]>\",2018,7\n");

        Assert.All(report.Charts, static chart => Assert.DoesNotContain("<script", chart.Svg, StringComparison.Ordinal));
        Assert.All(report.Charts, static chart => Assert.NotNull(XDocument.Parse(chart.Svg).Root));
    }

    [Theory]
    [InlineData(new[] { 0.0, 5, 6, 100 }, 20, 200)]
    [InlineData(new[] { 195.0, 196, 197, 198 }, 20, 200)]
    [InlineData(new double[0], 20, 200)]
    public void LabelPlacement_Spread_KeepsOrderAndDistance(double[] wanted, double spacing, double height)
    {
        var places = LabelPlacement.Spread(wanted, spacing, height);

        Assert.Equal(wanted.Length, places.Count);
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= spacing - 1e-9));
        Assert.All(places, place => Assert.InRange(place, 0, height));
    }

    [Theory]
    [InlineData(0, 3_607_031)]
    [InlineData(-5, 4)]
    [InlineData(-12, -1)]
    [InlineData(0, 0)]
    [InlineData(0, 0.0004)]
    public void ValueRange_Of_HoldsAllValuesAndZero(double minimum, double maximum)
    {
        var range = ValueRange.Of([minimum, maximum]);

        Assert.True(range.Minimum <= Math.Min(0, minimum) && range.Maximum >= Math.Max(0, maximum));
        Assert.InRange(range.Labels().Count(), 2, 8);
        Assert.Equal(range.Labels().Count(), range.Labels().Distinct().Count());
    }

    private sealed record Box(string Text, double Left, double Right, double Top, double Bottom)
    {
        private const double TypicalLetterWidth = 0.52;

        public static Box Of(XElement text)
        {
            var place = text.Attribute("transform")!.Value["translate(".Length..].TrimEnd(')').Split(',').Select(static part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            var width = text.Value.Length * FontSize * TypicalLetterWidth;
            var left = text.Attribute("text-anchor")?.Value switch
            {
                "end" => place[0] - width,
                "middle" => place[0] - width / 2,
                _ => place[0],
            };
            var top = text.Attribute("dominant-baseline")?.Value switch
            {
                "middle" => place[1] - FontSize / 2,
                "hanging" => place[1],
                _ => place[1] - FontSize,
            };
            return new Box(text.Value, left, left + width, top, top + FontSize);
        }

        public bool Overlaps(Box other) => Left < other.Right - 1 && other.Left < Right - 1 && Top < other.Bottom - 2 && other.Top < Bottom - 2;
    }
}
