using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MarketReport.Charts;

/// <summary>One upright column per year.</summary>
internal static class ColumnChart
{
    private const double Height = 380;
    private const double HalfWidth = 0.36;

    /// <summary>Over centuries a column of a year would be thinner than a hair.</summary>
    private const double NarrowestOfSpan = 0.008;

    /// <summary>Fewer years than this leave room at both sides, or the columns would be wide slabs.</summary>
    private const int FewYears = 5;

    public static string Render(string id, string title, string description, IReadOnlyList<(int Year, double Value)> columns)
    {
        var model = ChartStyle.Model();
        var range = ValueRange.Of(columns.Select(static column => column.Value));
        model.PlotMargins = new OxyThickness(range.Labels().Max(static label => ChartStyle.TextWidth(label)) + 14, 12, 12, 39);
        var (first, last) = (columns.Min(static column => column.Year), columns.Max(static column => column.Year));
        model.Axes.Add(ChartStyle.ValueAxis(AxisPosition.Left, range));
        var years = columns.Select(static column => column.Year).Order().ToList();
        var closest = years.Zip(years.Skip(1), static (year, next) => next - year).DefaultIfEmpty(1).Min();
        var half = Math.Clamp((last - first) * NarrowestOfSpan, HalfWidth, closest * HalfWidth);
        model.Axes.Add(ChartStyle.YearAxis(first, last, Math.Max(half / HalfWidth * 0.6, (FewYears - (last - first)) / 2.0), model.PlotMargins));
        var series = new RectangleBarSeries { FillColor = ChartStyle.Accent, StrokeThickness = 0 };
        foreach (var (year, value) in columns)
        {
            series.Items.Add(new RectangleBarItem(year - last - half, Math.Min(0, value), year - last + half, Math.Max(0, value)));
        }

        model.Series.Add(series);
        return SvgDocument.Render(model, Height, id, title, description);
    }
}
