using AgentOrchestration.Planning.Selection;

namespace AgentOrchestration.Tests.Planning.Selection;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("send_mail, sendMail; SEND-MAIL", "send mail send mail send mail")]
    [InlineData("Größe der Straße", "größe der straße")]
    [InlineData("отправить письмо", "отправить письмо")]
    [InlineData("天气预报", "天气 气预 预报")]
    [InlineData("查 weather 天气", "查 weather 天气")]
    [InlineData("天气weather", "天气 weather")]
    [InlineData("हिन्दी भाषा", "हिन्दी भाषा")]
    [InlineData("MU5737 at 8:00", "mu5737 at 8 00")]
    [InlineData("\ud800 half \udc00", "half")]
    [InlineData("😀 !?  ", "")]
    public void Words_are_found_in_every_script(string text, string words) => Assert.Equal(words, string.Join(' ', SearchText.WordsOf(text)));

    [Fact]
    public void Forms_of_a_word_share_most_of_their_parts()
    {
        string[] booking = [.. SearchText.PartsOf(["booking"])];
        string[] booked = [.. SearchText.PartsOf(["booked"])];

        Assert.Equal([" bo", "boo", "ook"], booking.Intersect(booked).Take(3));
        Assert.Equal([" a "], SearchText.PartsOf(["a"]));
    }

    [Fact]
    public void Sections_end_at_punctuation_and_not_within_names_and_numbers()
    {
        Assert.Equal(
            ["Read sales.csv with 1,000 rows", " then mail it to bob@example.com", " 发送", " 完成"],
            SearchText.SectionsOf("Read sales.csv with 1,000 rows, then mail it to bob@example.com! 发送。 完成\n\n"));
        Assert.Empty(SearchText.SectionsOf(" ,;. "));
    }

    [Fact]
    public void A_long_word_and_a_text_of_many_sections_are_bounded()
    {
        Assert.Equal(64, Assert.Single(SearchText.WordsOf(new string('x', 100_000))).Length);
        Assert.Equal(64, SearchText.SectionsOf(string.Concat(Enumerable.Repeat("a b. ", 10_000))).Count);
    }
}
