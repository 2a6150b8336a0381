using System.Buffers;
using System.Globalization;
using System.Text;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>
/// Text that somebody else wrote, as people see it in a log, a terminal, a chart or a message: what would act instead of being seen is replaced.
/// These are control characters and the escape sequences that begin with them, characters that turn the direction of writing, characters that hide
/// text or cannot be seen, and halves of characters. White space among them becomes a space and all else U+FFFD: one character for one, so that
/// nobody mistakes what stands there for an escape that was written so, and every font shows it. All writers to people clean here and nowhere else.
/// Text that needs nothing is returned as it is, without an allocation.
/// </summary>
internal static class ShownText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;
    private const int CombiningGraphemeJoiner = 0x034F;

    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(letter => (char)letter)]);

    /// <summary>Cleans a text that is shown on one line: line breaks and tabs become spaces.</summary>
    public static string Line(string text) => Clean(text, keepsLines: false);

    /// <summary>Cleans a text of several lines: line breaks and tabs stay.</summary>
    public static string Block(string text) => Clean(text, keepsLines: true);

    private static string Clean(string text, bool keepsLines)
    {
        StringBuilder? cleaned = null;
        int copied = 0;
        Rune before = default;
        for (int at = 0; at < text.Length;)
        {
            int plain = text.AsSpan(at).IndexOfAnyExcept(Plain);
            if (plain < 0)
            {
                break;
            }

            if (plain > 0)
            {
                at += plain;
                before = new Rune(text[at - 1]);
            }

            bool isWhole = Rune.TryGetRuneAt(text, at, out Rune rune);
            int length = isWhole ? rune.Utf16SequenceLength : 1;
            if (!isWhole || (IsActing(rune, before) && !(keepsLines && IsLayout(text, at))))
            {
                char instead = isWhole && Rune.IsWhiteSpace(rune) ? ' ' : '\uFFFD';
                cleaned ??= new StringBuilder(text.Length);
                cleaned.Append(text, copied, at - copied).Append(instead);
                copied = at + length;
                rune = new Rune(instead);
            }

            before = rune;
            at += length;
        }

        return cleaned is null ? text : cleaned.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>A return without a line feed would write over the line.</summary>
    private static bool IsLayout(string text, int at) => text[at] is '\n' or '\t' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n');

    private static bool IsActing(Rune rune, Rune before) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => true,

        // Joiners belong to scripts and to emoji, one at a time.
        UnicodeCategory.Format => !IsJoiner(rune) || before.IsAscii || IsJoiner(before) || before == Rune.ReplacementChar,
        _ => IsInvisible(rune) || (IsVariationSelector(rune) && !MayVary(rune, before)),
    };

    private static bool IsJoiner(Rune rune) => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner;

    /// <summary>Letters and marks that nothing is drawn for.</summary>
    private static bool IsInvisible(Rune rune) => rune.Value is CombiningGraphemeJoiner or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0;

    private static bool IsVariationSelector(Rune rune) => rune.Value is (>= 0xFE00 and <= 0xFE0F) or (>= 0x180B and <= 0x180F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>A selector says how the character before it is drawn, which in ASCII only keycaps need. Rows of selectors hide text.</summary>
    private static bool MayVary(Rune selector, Rune before) => before.IsAscii
        ? selector.Value is 0xFE0E or 0xFE0F && (Rune.IsDigit(before) || before.Value is '#' or '*')
        : !IsVariationSelector(before) && before != Rune.ReplacementChar;
}
