using MarketReport.Facts;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MarketReport.Charts;

/// <summary>What ran when: a bar for each subtask, the first on top, with how long it took at its end; the critical path accented and bold.</summary>
internal static class GanttChart
{
    private const double BarHeight = 30;
    private const double AxisHeight = 30;

    public static Chart Render(string id, string title, IReadOnlyList<GanttBar> bars)
    {
        var longest = bars.Max(static bar => bar.End);
        var unit = TimeUnit.For(longest);
        var inUnit = $"{title}, in {unit.Name}";
        var critical = string.Join(", ", bars.Where(static bar => bar.Critical).Select(static bar => bar.Label));
        var description = $"A bar for each of {bars.Count} subtasks from its start to its end; the last ends at {unit.Text(longest)} {unit.Name}. On the critical path: {critical}.";
        var model = Model(bars, unit);
        return new Chart(id, inUnit, description, SvgDocument.Render(model, bars.Count * BarHeight + AxisHeight, id, inUnit, description), Table(id, inUnit, bars, unit));
    }

    private static PlotModel Model(IReadOnlyList<GanttBar> bars, TimeUnit unit)
    {
        var model = ChartStyle.Model();
        var labels = bars.Select(static bar => ChartStyle.Shortened(bar.Label)).Reverse().ToList();
        var range = ValueRange.Of(bars.Select(bar => unit.Of(bar.End)));
        var space = ChartStyle.TextWidth(bars.Select(bar => unit.Text(bar.End - bar.Start)).MaxBy(static text => text.Length) ?? "") + 12;
        model.PlotMargins = new OxyThickness(ChartStyle.TextWidth(labels.MaxBy(static label => label.Length) ?? "") + 12, 4, space, AxisHeight - 4);
        model.Axes.Add(new CategoryAxis
        {
            Position = AxisPosition.Left,
            ItemsSource = labels,
            MajorTickSize = 0,
            MinorTickSize = 0,
            GapWidth = 0.35,
            AxislineStyle = LineStyle.None,
            AxisTickToLabelDistance = 8,
        });
        model.Axes.Add(ChartStyle.ValueAxis(AxisPosition.Bottom, range));
        var series = new IntervalBarSeries { StrokeThickness = 0, LabelFormatString = null };
        for (var index = 0; index < bars.Count; index++)
        {
            var bar = bars[bars.Count - 1 - index];
            series.Items.Add(new IntervalBarItem
            {
                Start = unit.Of(bar.Start),
                End = Math.Max(unit.Of(bar.End), unit.Of(bar.Start) + range.Maximum / 400),
                CategoryIndex = index,
                Color = bar.Critical ? ChartStyle.Accent : ChartStyle.Bar,
            });
            model.Annotations.Add(new TextAnnotation
            {
                Text = unit.Text(bar.End - bar.Start),
                TextPosition = new DataPoint(unit.Of(bar.End), index),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
                FontWeight = bar.Critical ? FontWeights.Bold : FontWeights.Normal,
                Offset = new ScreenVector(6, 0),
                StrokeThickness = 0,
                Padding = new OxyThickness(0),
                ClipByXAxis = false,
                ClipByYAxis = false,
            });
        }

        model.Series.Add(series);
        return model;
    }

    private static FactTable Table(string id, string title, IReadOnlyList<GanttBar> bars, TimeUnit unit) => new(
        id,
        title,
        ["Subtask", "Start", "End", "Took", "Critical path"],
        [.. bars.Select(bar => (IReadOnlyList<FactCell>)[
            Cells.Text(bar.Label),
            Time(bar.Start, unit),
            Time(bar.End, unit),
            Time(bar.End - bar.Start, unit),
            Cells.Text(bar.Critical ? "yes" : "no")])],
        "");

    private static FactCell Time(TimeSpan time, TimeUnit unit) => new(unit.Text(time), unit.Of(time));
}
