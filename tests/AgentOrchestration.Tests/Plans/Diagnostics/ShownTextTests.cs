using System.Globalization;
using System.Text;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Tests.Plans.Diagnostics;

public sealed class ShownTextTests
{
    private static readonly string[] Pieces =
        ["a", " ", "ß", "日", "😀", "\u200d", "\u200c", "\ufe0f", "\u001b[31m", "\u0007", "\u009b", "\r", "\n", "\t", "\u202e", "\u2066", "\u200b", "\ufeff", "\u061c", "\ud83d", "\ude00", "\ue000", "\U000e0041", "\U000e0100", "\u034f", "\u3164", "\u2028", "\uffff"];

    [Theory]
    [InlineData("a\u001b[2Jb", "a\uFFFD[2Jb")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("\u009b31m", "\uFFFD31m")]
    [InlineData("one\r\ntwo\tthree\u2028four\u0085five", "one  two three four five")]
    [InlineData("gpj\u202e.exe \u2066\u2069\u200e\u200f\u061c", "gpj\uFFFD.exe \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("ad\u200bmin \ufeff\u00ad\u2060", "ad\uFFFDmin \uFFFD\uFFFD\uFFFD")]
    [InlineData("ad\u200dmin ad\u200cmin", "ad\uFFFDmin ad\uFFFDmin")]
    [InlineData("\U000e0068\U000e0069 tags", "\uFFFD\uFFFD tags")]
    [InlineData("x\ufe00\ufe01\U000e0101", "x\uFFFD\uFFFD\uFFFD")]
    [InlineData("fill\u3164\u115f\uffa0", "fill\uFFFD\uFFFD\uFFFD")]
    [InlineData("\ue000\uf8ff", "\uFFFD\uFFFD")]
    public void What_acts_instead_of_being_seen_is_replaced(string text, string shown) => Assert.Equal(shown, ShownText.Line(text));

    [Theory]
    [InlineData("")]
    [InlineData("plain text, [brackets] and \\u001b written out")]
    [InlineData("Grüße, 日本語, עברית, العربية, e\u0301")]
    [InlineData("می\u200cخواهم")]
    [InlineData("👩\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 葛\U000e0100")]
    public void What_scripts_and_emoji_are_written_with_stays(string text) => Assert.Same(text, ShownText.Line(text));

    [Fact]
    public void Half_a_character_is_replaced() => Assert.Equal("half \uFFFD and \uFFFD", ShownText.Line("half \ud83d and \ude00"));

    [Fact]
    public void Lines_and_tabs_stay_in_a_text_of_several_lines_but_no_return_that_writes_over_one() =>
        Assert.Equal("one\ntwo\r\n\tthree four\uFFFD", ShownText.Block("one\ntwo\r\n\tthree\rfour\u001b"));

    [Fact]
    public void Whatever_a_text_is_made_of_nothing_in_it_acts_and_nothing_more_changes_when_it_is_cleaned_again()
    {
        var random = new Random(13);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)]));

            string shown = ShownText.Line(text);

            Assert.Same(shown, ShownText.Line(shown));
            Assert.Equal(text.EnumerateRunes().Count(), shown.EnumerateRunes().Count());
            Assert.All(shown.EnumerateRunes(), rune => Assert.False(
                Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                || (Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value is not (0x200C or 0x200D))));
        }
    }

    [Theory]
    [InlineData("a message of an error, 100 % plain")]
    [InlineData("Grüße an 日本 😀, 👩\u200d👧")]
    public void A_text_that_needs_nothing_costs_no_allocation(string text)
    {
        Action clean = () =>
        {
            ShownText.Line(text);
            ShownText.Block(text);
        };
        clean();

        Assert.Equal(0, Cost.BytesOf(clean));
    }

    [Fact]
    public void An_excerpt_cuts_no_character_in_half() => Assert.Equal("a…", Excerpt.Of("a😀b", 2));
}
