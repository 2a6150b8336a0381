using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>How a file writes its numbers: which mark stands before the decimals and which between groups of three digits.</summary>
internal sealed partial class NumberStyle
{
    private static readonly HashSet<string> UnknownMarks = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "-", "–", "—", ".", "..", "...", "?", "na", "n/a", "n.a.", "nan", "null", "none", "#n/a", "unknown", "k.a.", "k. a.",
    };

    private NumberStyle(bool decimalComma) => DecimalComma = decimalComma;

    public bool DecimalComma { get; }

    public static bool IsUnknown(string cell) => UnknownMarks.Contains(cell.Trim());

    public static NumberStyle Detect(IEnumerable<string> cells, char separator)
    {
        var decimalCommas = 0;
        var decimalDots = 0;
        var undecided = 0;
        foreach (var cell in cells)
        {
            var number = Bare(cell);
            if (!NumberLike().IsMatch(number) || PeriodText.TryParse(number, out _))
            {
                continue;
            }

            var comma = number.LastIndexOf(',');
            var dot = number.LastIndexOf('.');
            if (comma >= 0 && dot >= 0)
            {
                _ = comma > dot ? decimalCommas++ : decimalDots++;
            }
            else if (comma >= 0)
            {
                Weigh(number, comma, ref decimalCommas, ref decimalDots, ref undecided);
            }
            else if (dot >= 0)
            {
                Weigh(number, dot, ref decimalDots, ref decimalCommas, ref undecided);
            }
        }

        // Where the decimal mark is a comma, fields are separated by semicolons; and a dot there stands between groups.
        var decimalComma = decimalCommas == decimalDots
            ? decimalCommas == 0 && undecided > 0 && separator == ';'
            : decimalCommas > decimalDots;
        return new NumberStyle(decimalComma);
    }

    public bool TryParse(string cell, out double value)
    {
        value = 0;
        var number = Bare(cell);
        if (!number.Any(char.IsAsciiDigit) || !(DecimalComma ? WithDecimalComma() : WithDecimalDot()).IsMatch(number))
        {
            return false;
        }

        var group = DecimalComma ? '.' : ',';
        var plain = string.Concat(number.Where(character => character != group && !IsGroupSpace(character))).Replace(',', '.');
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>A single mark followed by other than three digits stands before decimals; several marks stand between groups.</summary>
    private static void Weigh(string number, int mark, ref int decimalMarks, ref int groupMarks, ref int undecided)
    {
        var character = number[mark];
        if (number.IndexOf(character, StringComparison.Ordinal) != mark)
        {
            groupMarks++;
            return;
        }

        var before = number[..mark].TrimStart('+', '-');
        if (number.Length - mark - 1 != 3 || before.Length > 3 || before is "" or "0")
        {
            decimalMarks++;
        }
        else
        {
            undecided++;
        }
    }

    private static string Bare(string cell) =>
        cell.Replace('\u2212', '-').Trim().TrimEnd('%').Trim(' ', '\u00A0', '€', '$', '£', '¥');

    private static bool IsGroupSpace(char character) => character is ' ' or '\u00A0' or '\u202F' or '\u2009' or '\'' or '’';

    [GeneratedRegex(@"^[+-]?[0-9.,]*[0-9][0-9.,]*$")]
    private static partial Regex NumberLike();

    [GeneratedRegex(@"^[+-]?(?:[0-9]+|[0-9]{1,3}(?:[,\u0020\u00A0\u202F\u2009'’][0-9]{3})+)?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex WithDecimalDot();

    [GeneratedRegex(@"^[+-]?(?:[0-9]+|[0-9]{1,3}(?:[.\u0020\u00A0\u202F\u2009'’][0-9]{3})+)?(?:,[0-9]*)?(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex WithDecimalComma();
}
