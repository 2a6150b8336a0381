using System.Globalization;
using System.Text;

namespace AgentOrchestration.Plans;

/// <summary>
/// Text that somebody else wrote, as it is shown to people: on one line, not long, and without what would move the cursor, colour the
/// console or turn the direction of writing.
/// </summary>
internal static class ShownText
{
    public static string Of(string text)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in Excerpt.Of(text).EnumerateRunes())
        {
            shown.Append(IsShown(rune) ? rune : Rune.ReplacementChar);
        }

        return shown.ToString();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
