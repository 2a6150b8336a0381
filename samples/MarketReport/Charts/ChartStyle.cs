using MarketReport.Facts;
using MarketReport.Publishing;
using OxyPlot;
using OxyPlot.Axes;

namespace MarketReport.Charts;

/// <summary>The look all charts share.</summary>
internal static class ChartStyle
{
    public const double Width = 600;
    public const double FontSize = 15;
    public const double SmallFontSize = 14;

    /// <summary>How wide a letter is at most on average; the reader's font is not known here.</summary>
    private const double LetterWidth = 0.6;
    private const int LongestLabel = 28;

    /// <summary>The room that the label of a year takes, with a gap.</summary>
    private const double YearLabelWidth = 50;

    public static readonly OxyColor Ink = OxyColor.FromRgb(0x1f, 0x29, 0x37);
    public static readonly OxyColor Faint = OxyColor.FromRgb(0xe5, 0xe7, 0xeb);
    public static readonly OxyColor Accent = OxyColor.FromRgb(0x0f, 0x76, 0x6e);
    public static readonly OxyColor Bar = OxyColor.FromRgb(0x33, 0x5c, 0x81);

    /// <summary>Colours for lines beside the accented one; distinguishable to people who confuse red and green.</summary>
    public static readonly IReadOnlyList<OxyColor> Lines =
    [
        OxyColor.FromRgb(0x33, 0x5c, 0x81),
        OxyColor.FromRgb(0xd9, 0x77, 0x06),
        OxyColor.FromRgb(0x8b, 0x5c, 0xa8),
        OxyColor.FromRgb(0xb9, 0x3c, 0x4a),
        OxyColor.FromRgb(0x6b, 0x72, 0x80),
        OxyColor.FromRgb(0x4a, 0x9f, 0xd8),
        OxyColor.FromRgb(0x92, 0x60, 0x2a),
    ];

    public static PlotModel Model() => new()
    {
        Background = OxyColors.Transparent,
        PlotAreaBorderThickness = new OxyThickness(0),
        TextColor = Ink,
        DefaultFontSize = FontSize,
        Culture = System.Globalization.CultureInfo.InvariantCulture,
        Padding = new OxyThickness(0),
    };

    public static LinearAxis ValueAxis(AxisPosition position, ValueRange range) => new()
    {
        Position = position,
        Minimum = range.Minimum,
        Maximum = range.Maximum,
        MajorStep = range.Step,
        MinorTickSize = 0,
        MajorTickSize = 0,
        MajorGridlineStyle = LineStyle.Solid,
        MajorGridlineColor = Faint,
        AxislineStyle = LineStyle.None,
        FontSize = SmallFontSize,
        LabelFormatter = range.Label,
        IsZoomEnabled = false,
    };

    /// <summary>An axis of years counted from the last one, so that the last one always has its label.</summary>
    /// <param name="first">The first year.</param>
    /// <param name="last">The last year.</param>
    /// <param name="margin">The room before the first and after the last year, in years.</param>
    /// <param name="margins">The room around the plot.</param>
    public static LinearAxis YearAxis(int first, int last, double margin, OxyThickness margins) => new()
    {
        Position = AxisPosition.Bottom,
        Minimum = first - last - margin,
        Maximum = margin,
        MajorStep = Math.Max(1, Math.Ceiling((last - first + 2 * margin) * YearLabelWidth / (Width - margins.Left - margins.Right))),
        MinorTickSize = 0,
        MajorTickSize = 0,
        AxisTickToLabelDistance = 14,
        AxislineStyle = LineStyle.Solid,
        AxislineColor = Ink,
        FontSize = SmallFontSize,
        LabelFormatter = offset => offset <= 0 && last + offset >= first ? FigureText.Year(last + (int)Math.Round(offset)) : "",
    };

    public static double TextWidth(string text, double fontSize = FontSize) => text.Length * fontSize * LetterWidth;

    /// <summary>A label as it is drawn: not long, and without characters that no picture holds.</summary>
    public static string Shortened(string label)
    {
        var visible = VisibleText.Line(label);
        var length = LongestLabel - 1;
        return visible.Length <= LongestLabel ? visible : visible[..(char.IsHighSurrogate(visible[length - 1]) ? length - 1 : length)].TrimEnd() + "…";
    }
}
