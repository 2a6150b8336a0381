using System.Globalization;
using System.Text.RegularExpressions;

namespace MarketReport.Tests.Facts;

/// <summary>Whether a text shows a value: its number, read back, differs by no more than its last digit allows.</summary>
internal static partial class FigureCheck
{
    public static void Shows(string text, double value)
    {
        var match = Number().Match(text);
        Assert.True(match.Success, $"'{text}' shows no number");
        var digits = match.Groups["number"].Value.Replace(",", "", StringComparison.Ordinal);
        var scale = match.Groups["scale"].Value switch
        {
            "million" => 1e6,
            "billion" => 1e9,
            _ => 1,
        };
        var decimals = digits.Contains('.', StringComparison.Ordinal) ? digits.Length - digits.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        var shown = double.Parse(digits, CultureInfo.InvariantCulture) * scale;
        var expected = text.StartsWith("a factor of", StringComparison.Ordinal) ? 1 + value / 100 : value;
        if (match.Groups["exponent"].Success)
        {
            Assert.InRange(shown / expected, 0.99, 1.01);
            return;
        }

        var tolerance = scale * Math.Pow(10, -decimals) * 0.5000001;
        Assert.True(Math.Abs(shown - expected) <= tolerance, $"'{text}' does not show {expected.ToString(CultureInfo.InvariantCulture)}");
        if (decimals == 0 && scale == 1 && Math.Abs(value) < 10)
        {
            Assert.Equal(Math.Round(expected), expected, 0.0005);
        }
    }

    [GeneratedRegex(@"(?<number>[+-]?[0-9][0-9,]*(?:\.[0-9]+)?(?<exponent>e[+-]?[0-9]+)?)(?: (?<scale>million|billion))?")]
    private static partial Regex Number();
}
