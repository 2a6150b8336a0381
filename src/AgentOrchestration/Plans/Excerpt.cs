using System.Globalization;
using System.Text;

namespace AgentOrchestration.Plans;

/// <summary>
/// Text that somebody else wrote, as a message quotes it: not long, on one line, and without characters that would act on a log, a console or the
/// direction of writing.
/// </summary>
internal static class Excerpt
{
    private const int MaxLength = 100;

    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    public static string Of(string text) => Of(text, MaxLength);

    /// <summary>Never cuts a surrogate pair: half of one cannot be sent to a model.</summary>
    public static string Of(string text, int maxLength)
    {
        if (text.Length <= maxLength)
        {
            return Quotable(text);
        }

        int length = char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength;
        return Quotable($"{text.AsSpan(0, length)}…");
    }

    /// <summary>Replaces line breaks and tabs by spaces, and other characters that act instead of being seen by U+FFFD.</summary>
    public static string Quotable(string text)
    {
        if (!text.EnumerateRunes().Any(IsActing))
        {
            return text;
        }

        var quotable = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            quotable.Append(!IsActing(rune) ? rune : Rune.IsWhiteSpace(rune) ? new Rune(' ') : Rune.ReplacementChar);
        }

        return quotable.ToString();
    }

    /// <summary>Joiners belong to scripts and to emoji.</summary>
    private static bool IsActing(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner),
        _ => false,
    };
}
