using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MarketReport.Charts;

/// <summary>One upright column per year.</summary>
internal static class ColumnChart
{
    private const double Height = 380;
    private const double HalfWidth = 0.36;

    /// <summary>Fewer years than this leave room at both sides, or the columns would be wide slabs.</summary>
    private const int FewYears = 5;

    public static string Render(string id, string title, string description, IReadOnlyList<(int Year, double Value)> columns)
    {
        var model = ChartStyle.Model();
        var range = ValueRange.Of(columns.Select(static column => column.Value));
        model.PlotMargins = new OxyThickness(range.Labels().Max(static label => ChartStyle.TextWidth(label)) + 14, 12, 12, 39);
        var (first, last) = (columns.Min(static column => column.Year), columns.Max(static column => column.Year));
        model.Axes.Add(ChartStyle.ValueAxis(AxisPosition.Left, range));
        model.Axes.Add(ChartStyle.YearAxis(first, last, Math.Max(0.6, (FewYears - (last - first)) / 2.0), model.PlotMargins));
        var series = new RectangleBarSeries { FillColor = ChartStyle.Accent, StrokeThickness = 0 };
        foreach (var (year, value) in columns)
        {
            series.Items.Add(new RectangleBarItem(year - last - HalfWidth, Math.Min(0, value), year - last + HalfWidth, Math.Max(0, value)));
        }

        model.Series.Add(series);
        return SvgDocument.Render(model, Height, id, title, description);
    }
}
