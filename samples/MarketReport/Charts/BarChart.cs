using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MarketReport.Charts;

/// <summary>Horizontal bars, the first on top, each with its figure at its end.</summary>
internal static class BarChart
{
    private const double BarHeight = 30;

    public static string Render(string id, string title, string description, IReadOnlyList<ChartBar> bars)
    {
        var model = ChartStyle.Model();
        var range = ValueRange.Of(bars.Select(static bar => bar.Value));
        var labels = bars.Select(static bar => ChartStyle.Shortened(bar.Label)).Reverse().ToList();
        var space = ChartStyle.TextWidth(bars.Select(static bar => bar.Text).MaxBy(static text => text.Length) ?? "") + 12;
        var left = ChartStyle.TextWidth(labels.MaxBy(static label => label.Length) ?? "") + 12;
        model.PlotMargins = new OxyThickness(left + (range.Minimum < 0 ? space : 0), 4, space, 4);
        model.Axes.Add(new CategoryAxis
        {
            Position = AxisPosition.Left,
            ItemsSource = labels,
            MajorTickSize = 0,
            MinorTickSize = 0,
            GapWidth = 0.35,
            AxislineStyle = LineStyle.None,
            AxisTickToLabelDistance = 8 + (range.Minimum < 0 ? space : 0),
        });
        var axis = ChartStyle.ValueAxis(AxisPosition.Bottom, range);
        axis.IsAxisVisible = false;
        axis.Minimum = Math.Min(0, bars.Min(static bar => bar.Value));
        axis.Maximum = Math.Max(bars.Max(static bar => bar.Value), axis.Minimum == 0 && bars.Max(static bar => bar.Value) <= 0 ? 1 : 0);
        model.Axes.Add(axis);
        var series = new BarSeries { StrokeThickness = 0 };
        for (var index = 0; index < bars.Count; index++)
        {
            var bar = bars[bars.Count - 1 - index];
            series.Items.Add(new BarItem(bar.Value) { Color = bar.Highlighted ? ChartStyle.Accent : ChartStyle.Bar });
            model.Annotations.Add(new TextAnnotation
            {
                Text = bar.Text,
                TextPosition = new DataPoint(bar.Value, index),
                TextHorizontalAlignment = bar.Value < 0 ? HorizontalAlignment.Right : HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
                Offset = new ScreenVector(bar.Value < 0 ? -6 : 6, 0),
                StrokeThickness = 0,
                Padding = new OxyThickness(0),
                ClipByXAxis = false,
                ClipByYAxis = false,
            });
        }

        model.Series.Add(series);
        return SvgDocument.Render(model, bars.Count * BarHeight + 16, id, title, description);
    }
}
