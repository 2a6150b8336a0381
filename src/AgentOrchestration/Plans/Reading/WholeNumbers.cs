using System.Globalization;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Whole numbers in the ways in which JSON can write them.</summary>
internal static class WholeNumbers
{
    private const int Longest = 40;

    /// <summary>Decides whether a number is written as digits alone.</summary>
    public static bool IsPlain(string number) => number.Length is > 0 and <= Longest && number.All(char.IsAsciiDigit) && (number == "0" || number[0] != '0');

    /// <summary>Reads a number that is whole, with a fraction of zeros or an exponent or without.</summary>
    /// <param name="number">A number as JSON writes it.</param>
    /// <returns>The number, or <see langword="null"/> when it is not whole or too large.</returns>
    public static long? Read(string number)
    {
        if (number.Length > Longest)
        {
            return null;
        }

        string[] parts = number.Split('e', 'E');
        string[] mantissa = parts[0].TrimStart('-').Split('.');
        if (parts.Length > 2 || mantissa.Length > 2 || !mantissa.All(digits => digits.Length > 0 && digits.All(char.IsAsciiDigit))
            || !int.TryParse(parts.Length == 2 ? parts[1] : "0", NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int exponent) || exponent is < -Longest or > Longest)
        {
            return null;
        }

        string digits = string.Concat(mantissa);
        int fraction = (mantissa.Length == 2 ? mantissa[1].Length : 0) - exponent;
        digits = fraction <= 0 ? digits + new string('0', -fraction) : digits.PadLeft(fraction + 1, '0');
        string whole = fraction <= 0 ? digits : digits[..^fraction];
        bool isWhole = fraction <= 0 || digits[^fraction..].All(digit => digit == '0');
        return isWhole && long.TryParse(number.StartsWith('-') ? "-" + whole : whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;
    }
}
