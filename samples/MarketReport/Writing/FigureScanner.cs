using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Writing;

/// <summary>Finds everything in a text that holds a digit: numbers that can be compared, and words that cannot.</summary>
internal static partial class FigureScanner
{
    public static (List<Figure> Figures, List<string> Words) Scan(string text)
    {
        var figures = new List<Figure>();
        var words = new List<string>();
        foreach (Match match in WithDigit().Matches(text))
        {
            var token = WithPlainDigits(match.Value);
            if (!PlainNumber().IsMatch(token))
            {
                words.Add(token);
                continue;
            }

            var number = decimal.TryParse(token, NumberStyles.AllowThousands | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var parsed) ? parsed : (decimal?)null;
            var after = Suffix().Match(text, match.Index + match.Length);
            var sign = SignBefore(text, match.Index);
            if (number is not { } value || Scaled(value, after) is not { } scaled)
            {
                words.Add(token);
                continue;
            }

            figures.Add(new Figure(
                (sign == 0 ? "" : text[match.Index - 1].ToString()) + match.Value + after.Value,
                sign == '-' ? -scaled : scaled,
                UnitOf(after),
                sign != 0));
        }

        return (figures, words);
    }

    /// <summary>The unit or scale a text goes on with, if any.</summary>
    public static (FigureUnit Unit, bool HasScale) UnitAt(string text, int index)
    {
        var match = Suffix().Match(text, index);
        return match.Success ? (UnitOf(match), match.Groups["scale"].Success) : (FigureUnit.None, false);
    }

    private static decimal? Scaled(decimal value, Match suffix)
    {
        var factor = suffix.Groups["scale"].Value.ToUpperInvariant() switch
        {
            "" => 1m,
            "HUNDRED" => 100m,
            "THOUSAND" or "K" => 1e3m,
            "MILLION" or "MILLIONS" or "MN" or "M" => 1e6m,
            "BILLION" or "BILLIONS" or "BN" => 1e9m,
            _ => 1e12m,
        };
        return value > 1e15m ? null : value * factor;
    }

    private static FigureUnit UnitOf(Match suffix) =>
        suffix.Groups["points"].Success ? FigureUnit.PercentagePoints
        : suffix.Groups["percent"].Success ? FigureUnit.Percent
        : FigureUnit.None;

    /// <summary>Digits of other scripts count as digits. Raised and lowered ones do so only beside letters, as in CO₂: 10² is not 102.</summary>
    private static string WithPlainDigits(string token)
    {
        var word = token.Any(char.IsLetter);
        return string.Concat(token.Select(character =>
            (word ? CharUnicodeInfo.GetDigitValue(character) : CharUnicodeInfo.GetDecimalDigitValue(character)) is >= 0 and var digit
                ? (char)('0' + digit)
                : character));
    }

    /// <summary>A hyphen after a word or a number joins; one after a space or a bracket is a sign.</summary>
    private static char SignBefore(string text, int index)
    {
        if (index == 0 || text[index - 1] is not ('+' or '-' or '−' or '–'))
        {
            return '\0';
        }

        return index == 1 || char.IsWhiteSpace(text[index - 2]) || text[index - 2] is '(' or '[' or '~'
            ? text[index - 1] == '+' ? '+' : '-'
            : '\0';
    }

    [GeneratedRegex(@"[\p{L}\p{N}]*\p{N}[\p{L}\p{N}]*(?:[.,'’\u202F]\p{N}[\p{L}\p{N}]*)*")]
    private static partial Regex WithDigit();

    [GeneratedRegex(@"^(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?$")]
    private static partial Regex PlainNumber();

    [GeneratedRegex(
        @"\G[\s\u00A0\-]*(?:(?<points>percentage[\s\-]points?\b|pp\b|p\.p\.)|(?<percent>%|percent\b|per\s+cent\b)|(?<scale>hundred|thousand|millions?|billions?|trillions?|mn|bn|m|k)\b(?!²))",
        RegexOptions.IgnoreCase)]
    private static partial Regex Suffix();
}
