using System.Globalization;

namespace AgentOrchestration.Plans.Json;

/// <summary>
/// A JSON number as it is written, exact and of any size, so that comparing never throws. 1, 1.0 and 10e-1 are the same number.
/// </summary>
/// <param name="IsNegative">Whether it is below zero.</param>
/// <param name="Digits">The digits without leading and trailing zeros; empty for zero.</param>
/// <param name="Exponent">The power of ten of the first digit.</param>
internal readonly record struct JsonNumber(bool IsNegative, string Digits, long Exponent) : IComparable<JsonNumber>
{
    /// <summary>No number is written with more digits than these; beyond them exponents are all the same.</summary>
    private const long LargestExponent = 1_000_000_000_000_000_000;

    private const int LongestExponent = 18;

    /// <summary>Reads a number that a JSON reader has accepted.</summary>
    /// <param name="text">The number.</param>
    public static JsonNumber Parse(ReadOnlySpan<char> text)
    {
        bool isNegative = text[0] == '-';
        text = isNegative ? text[1..] : text;
        int e = text.IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = e < 0 ? text : text[..e];
        int point = mantissa.IndexOf('.');
        int whole = point < 0 ? mantissa.Length : point;
        string digits = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        int zeros = digits.AsSpan().IndexOfAnyExcept('0');
        return zeros < 0
            ? new JsonNumber(false, "", 0)
            : new JsonNumber(isNegative, digits[zeros..].TrimEnd('0'), whole - zeros - 1 + (e < 0 ? 0 : ExponentOf(text[(e + 1)..])));
    }

    /// <inheritdoc/>
    public int CompareTo(JsonNumber other)
    {
        if (SignOf(this) != SignOf(other))
        {
            return SignOf(this).CompareTo(SignOf(other));
        }

        int sizes = Exponent != other.Exponent ? Exponent.CompareTo(other.Exponent) : string.CompareOrdinal(Digits, other.Digits);
        return IsNegative ? -sizes : sizes;
    }

    private static int SignOf(JsonNumber number) => number.Digits.Length == 0 ? 0 : number.IsNegative ? -1 : 1;

    private static long ExponentOf(ReadOnlySpan<char> text)
    {
        bool isNegative = text[0] == '-';
        text = text.TrimStart("+-").TrimStart('0');
        long size = text.Length == 0 ? 0 : text.Length > LongestExponent ? LargestExponent : long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return isNegative ? -size : size;
    }
}
