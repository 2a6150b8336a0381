using System.Globalization;
using System.Text;

namespace MarketReport.Publishing;

/// <summary>
/// Text of a model, a file or an error as people see it: nothing in it steers a terminal, turns the direction of writing, hides other text or breaks a
/// page. What would do so becomes U+FFFD, and white space among it a space. Every writer to the screen and to pages cleans here.
/// </summary>
internal static class VisibleText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>A text on one line.</summary>
    public static string Line(string text) => Clean(text, keepsLines: false);

    /// <summary>A text of several lines.</summary>
    public static string Block(string text) => Clean(text, keepsLines: true);

    private static string Clean(string text, bool keepsLines)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return text;
        }

        var visible = new StringBuilder(text.Length);
        var before = default(Rune);
        foreach (var rune in text.EnumerateRunes())
        {
            var stays = (keepsLines && rune.Value is '\n' or '\r' or '\t') || !Acts(rune, before);
            visible.Append(stays ? rune : Rune.IsWhiteSpace(rune) ? new Rune(' ') : Rune.ReplacementChar);
            before = rune;
        }

        return visible.ToString();
    }

    private static bool Acts(Rune rune, Rune before) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => true,

        // Joiners belong to scripts and to emoji, one at a time.
        UnicodeCategory.Format => !IsJoiner(rune) || before.IsAscii || IsJoiner(before),
        _ => false,
    };

    private static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;
}
