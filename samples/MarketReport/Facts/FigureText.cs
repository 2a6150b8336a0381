using System.Globalization;
using System.Text.RegularExpressions;
using MarketReport.Reading;

namespace MarketReport.Facts;

/// <summary>How figures are written, in prose and in tables.</summary>
internal static partial class FigureText
{
    public const string Unknown = "–";
    private const double Beyond = 1e15;
    private const double Trillion = 1e12;
    private const double Billion = 1e9;
    private const double Million = 1e6;
    private const double FactorAbovePercent = 1000;

    public static string Year(int year) => year.ToString(CultureInfo.InvariantCulture);

    public static string Whole(double value) => Format(value, "#,0");

    /// <summary>A share or a rate in prose: 42.4 %.</summary>
    public static string Percent(double value) => value switch
    {
        0 => "0 %",
        > -0.995 and < 0.995 => Small(value) + " %",
        _ => Format(value, "#,0.0") + " %",
    };

    public static string SignedPercent(double value) => Sign(value) + Percent(value);

    public static string Points(double value) => Sign(value) + (value is > -0.995 and < 0.995 ? Small(value) : Format(value, "#,0.0")) + " percentage points";

    /// <summary>An amount in prose: 1.29 million, 142,380, 33,250 EUR.</summary>
    public static string Amount(double value, Measure measure)
    {
        var number = Math.Abs(value) switch
        {
            >= Beyond => Number(value, measure),
            >= Trillion => Format(value / Trillion, "0.00") + " trillion",
            >= Billion => Format(value / Billion, "0.00") + " billion",
            >= Million => Format(value / Million, "0.00") + " million",
            _ => Number(value, measure),
        };
        return WithUnit(number, measure);
    }

    public static string SignedAmount(double value, Measure measure) => Sign(value) + Amount(value, measure);

    /// <summary>An amount in a table, without its unit: 14,792,595.</summary>
    public static string Number(double value, Measure measure) => Math.Abs(value) switch
    {
        0 => "0",
        >= Beyond => Format(value, "0.00e+0"),
        >= 1000 => Format(value, "#,0"),
        >= 10 => measure is { Role: MeasureRole.Size, Adds: true, WholeNumbers: true } ? Format(value, "#,0") : Format(value, "0.0"),
        >= 1 => value == Math.Floor(value) ? Format(value, "0") : Format(value, "0.00"),
        >= 0.001 => Format(value, "0.###"),
        >= 1e-9 => Small(value),
        _ => Format(value, "0.00e+0"),
    };

    /// <summary>A growth that also reads well for bases of nothing or next to nothing.</summary>
    public static string Growth(Change change) => change switch
    {
        { Base: < 0 } => "from a negative base",
        { Base: 0, Last: 0 } => "none at both ends",
        { Base: 0 } => "from none",
        { Percent: >= FactorAbovePercent } => "a factor of " + Format(change.Last / change.Base, change.Last / change.Base >= 100 ? "#,0" : "0.0"),
        _ => SignedPercent(change.Percent ?? 0),
    };

    public static string WithUnit(string number, Measure measure) =>
        measure.Unit.Length == 0 ? number : $"{number} {measure.Unit}";

    /// <summary>The label of a measure with its unit, for the head of a table.</summary>
    public static string Heading(Measure measure) =>
        measure.Unit.Length == 0 ? Capitalized(measure.Label) : $"{Capitalized(measure.Label)} ({measure.Unit})";

    /// <summary>The label of a measure over several entities: a total or an average, which it may say itself.</summary>
    public static string Combined(Measure measure) =>
        (measure.Adds ? SaysTotal() : SaysAverage()).IsMatch(measure.Label) ? measure.Label : $"{(measure.Adds ? "total" : "average")} {measure.Label}";

    /// <summary>A number with what it counts: 1 entity, 2 entities.</summary>
    public static string Count(int count, string one, string many) => $"{Whole(count)} {(count == 1 ? one : many)}";

    public static string Entities(int count) => Count(count, "entity", "entities");

    public static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture) is var text && text.StartsWith('-') && !text.Any(static character => character is >= '1' and <= '9')
        ? text[1..]
        : text;

    /// <summary>Two decimals, or two digits where these would say nothing: 0.56, 0.0013.</summary>
    private static string Small(double value) => Math.Abs(value) is < 0.01 and > 1e-12
        ? value.ToString("F" + (1 - (int)Math.Floor(Math.Log10(Math.Abs(value)))).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : Format(value, "0.00");

    [GeneratedRegex(@"\b(?:total|totals|sum|overall|aggregate|gesamt\w*|summe|totale?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SaysTotal();

    [GeneratedRegex(@"\b(?:average|avg|mean|median|durchschnitt\w*|moyenne|promedio)\b", RegexOptions.IgnoreCase)]
    private static partial Regex SaysAverage();

    private static string Sign(double value) => value > 0 ? "+" : "";
}
