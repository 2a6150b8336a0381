using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Reading;

/// <summary>How a file writes its numbers: which mark stands before the decimals and which between groups of digits.</summary>
internal sealed partial class NumberStyle
{
    private static readonly HashSet<string> UnknownMarks = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "-", "--", "–", "—", ".", "..", "...", "?", ":", "na", "n/a", "n.a.", "n. a.", "nan", "null", "none", "nil", "#n/a", "#div/0!", "unknown", "missing", "k.a.", "k. a.",
    };

    /// <summary>Nothing is that large, and products of such numbers stay finite.</summary>
    private const double Largest = 1e60;

    private NumberStyle(bool decimalComma) => DecimalComma = decimalComma;

    public bool DecimalComma { get; }

    public static bool IsUnknown(string cell) => UnknownMarks.Contains(cell.Trim());

    public static NumberStyle Detect(IEnumerable<string> cells, char separator)
    {
        var decimalCommas = 0;
        var decimalDots = 0;
        var undecided = 0;
        var periods = PeriodReader.Any;
        foreach (var cell in cells)
        {
            if (cell.AsSpan().IndexOfAny(',', '.') < 0 || Digits(cell) is not { } number || periods.TryParse(number, out _))
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
        var parsed = TryParse(cell, out NumberCell number);
        value = number.Value;
        return parsed;
    }

    public bool TryParse(string cell, out NumberCell number)
    {
        number = default;
        var match = Number().Match(Plain(cell));
        if (!match.Success
            || !(DecimalComma ? WithDecimalComma() : WithDecimalDot()).IsMatch(match.Groups["number"].ValueSpan)
            || NumberAffixes.Read(match.Groups["before"].ValueSpan, match.Groups["after"].ValueSpan) is not { } affixes)
        {
            return false;
        }

        var group = DecimalComma ? '.' : ',';
        var plain = string.Concat(match.Groups["number"].Value.Where(character => character != group && !IsGroupMark(character))).Replace(',', '.');
        if (!double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value * affixes.Magnitude < Largest))
        {
            return false;
        }

        number = new NumberCell(Scaled(value, plain, affixes.Magnitude) * (affixes.IsNegative ? -1 : 1), affixes.Currency, affixes.IsPercent);
        return true;
    }

    /// <summary>1.1 million is 1,100,000 and not 1,100,000.0000000001: decimal arithmetic keeps it.</summary>
    private static double Scaled(double value, string plain, double magnitude) =>
        magnitude != 1 && value < 1e12 && decimal.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? (double)(exact * (decimal)magnitude)
            : value * magnitude;

    /// <summary>A single mark followed by other than three digits stands before decimals; several marks stand between groups.</summary>
    private static void Weigh(string number, int mark, ref int decimalMarks, ref int groupMarks, ref int undecided)
    {
        var character = number[mark];
        if (number.IndexOf(character, StringComparison.Ordinal) != mark)
        {
            groupMarks++;
            return;
        }

        var before = number[..mark];
        if (number.Length - mark - 1 != 3 || before.Length > 3 || before is "" or "0")
        {
            decimalMarks++;
        }
        else
        {
            undecided++;
        }
    }

    private static string? Digits(string cell)
    {
        var match = Number().Match(Plain(cell));
        return match.Success && NumberAffixes.Read(match.Groups["before"].ValueSpan, match.Groups["after"].ValueSpan) is not null ? match.Groups["number"].Value : null;
    }

    private static string Plain(string cell) => cell.Replace('\u2212', '-').Trim();

    private static bool IsGroupMark(char character) => character is ' ' or '\u00A0' or '\u202F' or '\u2009' or '\'' or '’' or '_';

    [GeneratedRegex(@"^(?<before>(?:[^0-9.,]*\p{L}\.)?[^0-9.,]*)(?<number>(?:[.,](?=[0-9]))?[0-9](?:[0-9.,\u0020\u00A0\u202F\u2009'’_]*[0-9.,])?(?:[eE][+-]?[0-9]+)?)(?<after>[^0-9]*)$")]
    private static partial Regex Number();

    [GeneratedRegex(@"^(?:[0-9]+|[0-9]{1,3}(?:[,\u0020\u00A0\u202F\u2009'’_][0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3})?(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex WithDecimalDot();

    [GeneratedRegex(@"^(?:[0-9]+|[0-9]{1,3}(?:[.\u0020\u00A0\u202F\u2009'’_][0-9]{3})+)?(?:,[0-9]*)?(?:[eE][+-]?[0-9]+)?$")]
    private static partial Regex WithDecimalComma();
}
