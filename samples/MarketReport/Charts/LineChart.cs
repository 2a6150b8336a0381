using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MarketReport.Charts;

/// <summary>Lines through the years, each with its name at its end instead of a legend.</summary>
internal static class LineChart
{
    private const double Height = 420;
    private const double Top = 12;
    private const double Bottom = 39;
    private const double LineSpacing = 19;

    public static string Render(string id, string title, string description, IReadOnlyList<ChartLine> lines, string unit)
    {
        var model = ChartStyle.Model();
        var known = lines.SelectMany(static line => line.Points).Where(static point => point.Value.HasValue).ToList();
        var range = ValueRange.Of(known.Select(static point => point.Value!.Value));
        var (first, last) = (known.Min(static point => point.Year), known.Max(static point => point.Year));
        var labelWidth = lines.Max(static line => ChartStyle.TextWidth(ChartStyle.Shortened(line.Label)));
        model.PlotMargins = new OxyThickness(range.Labels().Max(label => ChartStyle.TextWidth(label + unit)) + 14, Top, labelWidth + 22, Bottom);
        var axis = ChartStyle.ValueAxis(AxisPosition.Left, range);
        axis.LabelFormatter = value => range.Label(value) + unit;
        model.Axes.Add(axis);
        model.Axes.Add(ChartStyle.YearAxis(first, last, first == last ? 0.5 : 0, model.PlotMargins));
        var colours = Colours(lines);
        for (var index = 0; index < lines.Count; index++)
        {
            model.Series.Add(Series(lines[index], colours[index], last));
        }

        AddLabels(model, lines, colours, range);
        return SvgDocument.Render(model, Height, id, title, description);
    }

    private static List<OxyColor> Colours(IReadOnlyList<ChartLine> lines)
    {
        var next = 0;
        return lines.Select(line => line.Highlighted ? ChartStyle.Accent : ChartStyle.Lines[next++ % ChartStyle.Lines.Count]).ToList();
    }

    private static LineSeries Series(ChartLine line, OxyColor colour, int last)
    {
        var series = new LineSeries
        {
            Color = colour,
            StrokeThickness = line.Highlighted ? 4 : 2.2,
            LineJoin = LineJoin.Round,
            MarkerType = Isolated(line) ? MarkerType.Circle : MarkerType.None,
            MarkerSize = 4,
            MarkerFill = colour,
        };
        series.Points.AddRange(line.Points.Select(point => point.Value is { } value ? new DataPoint(point.Year - last, value) : DataPoint.Undefined));
        return series;
    }

    /// <summary>A point without neighbours would be invisible as a line.</summary>
    private static bool Isolated(ChartLine line) => line.Points
        .Where((point, index) => point.Value.HasValue
            && (index == 0 || !line.Points[index - 1].Value.HasValue)
            && (index == line.Points.Count - 1 || !line.Points[index + 1].Value.HasValue))
        .Any();

    private static void AddLabels(PlotModel model, IReadOnlyList<ChartLine> lines, List<OxyColor> colours, ValueRange range)
    {
        var pixelsPerUnit = (Height - Top - Bottom) / (range.Maximum - range.Minimum);
        var ends = lines
            .Select((line, index) => (Line: line, Colour: colours[index], End: line.Points.LastOrDefault(static point => point.Value.HasValue).Value ?? 0))
            .OrderByDescending(static entry => entry.End)
            .ToList();
        var places = LabelPlacement.Spread(
            ends.ConvertAll(entry => (range.Maximum - entry.End) * pixelsPerUnit),
            LineSpacing,
            Height - Top - Bottom);
        foreach (var (entry, place) in ends.Zip(places))
        {
            model.Annotations.Add(new TextAnnotation
            {
                Text = ChartStyle.Shortened(entry.Line.Label),
                TextColor = entry.Colour,
                FontWeight = entry.Line.Highlighted ? FontWeights.Bold : FontWeights.Normal,
                TextPosition = new DataPoint(0, range.Maximum - place / pixelsPerUnit),
                TextHorizontalAlignment = HorizontalAlignment.Left,
                TextVerticalAlignment = VerticalAlignment.Middle,
                Offset = new ScreenVector(10, 0),
                StrokeThickness = 0,
                Padding = new OxyThickness(0),
                ClipByXAxis = false,
                ClipByYAxis = false,
            });
        }
    }
}
