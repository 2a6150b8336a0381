using MarketReport.Facts;
using MarketReport.Writing;

namespace MarketReport.Tests.Writing;

public sealed class ProseTests
{
    private static readonly Fact[] Facts =
    [
        new("last", "common last year", 2019, "2019"),
        new("first", "first year", 2009, "2009"),
        new("share", "share of CO2-free cars", 42.38, "42.4 %"),
        new("total", "total cars", 1_290_123, "1.29 million"),
        new("cars", "cars of Norway", 142_380, "142,380"),
        new("fall", "change of the price", -3.1, "-3.1 %"),
        new("gap", "change of the share", 12.34, "+12.3 percentage points"),
        new("leader", "the leader", null, "Norway"),
        new("model", "best-selling model", null, "Peugeot 208"),
        new("span", "how long", null, "the only 6 years the data allow"),
        new("rank", "rank of the leader", 1, "1"),
    ];

    [Theory]
    [InlineData("In {{last}} the share was {{share}}.")]
    [InlineData("In {{ last }} the share was {{share}}.")]
    [InlineData("In 2019 the share was 42.4 %, of 142,380 cars.")]
    [InlineData("In 2019 the share was 42.38 percent.")]
    [InlineData("From 2009 to 2019, or 2009–2019, or (2009-2019), 1.29 million were sold.")]
    [InlineData("1,290,123 cars were sold.")]
    [InlineData("The price fell by 3.1 % (-3.1 %).")]
    [InlineData("It rose by 12.3 percentage points.")]
    [InlineData("CO2 falls, CO₂ too.")]
    [InlineData("The Peugeot 208 leads.")]
    [InlineData("1. First of all.\n2. Then more.\n3) And so on.")]
    [InlineData("No figure at all, e.g. none.")]
    [InlineData("It took {{span}}.")]
    public void A_text_of_facts_alone_is_clean(string text)
    {
        var findings = Prose.Check(text, Facts);

        Assert.Empty(findings.ForeignFigures);
        Assert.Empty(findings.UnknownPlaceholders);
    }

    [Theory]
    [InlineData("The share was 42 %.", "42 %")]
    [InlineData("The share was 43.4 %.", "43.4 %")]
    [InlineData("In 2030 all will change.", "2030")]
    [InlineData("There were 1.29 billion.", "1.29 billion")]
    [InlineData("There were 142.380 cars.", "142.380")]
    [InlineData("There were 142,38 cars.", "142,38")]
    [InlineData("2019 % more.", "2019 %")]
    [InlineData("It rose by 12.3 %.", "12.3 %")]
    [InlineData("It changed by -42.4 %.", "-42.4 %")]
    [InlineData("The 2nd largest.", "2nd")]
    [InlineData("It is the 1st.", "1st")]
    [InlineData("A 10x rise.", "10x")]
    [InlineData("In the 1990s.", "1990s")]
    [InlineData("About 5k cars.", "5k")]
    [InlineData("The Peugeot 308 leads.", "308")]
    [InlineData("208 cars.", "208")]
    [InlineData("About ½ of all.", "½")]
    [InlineData("In ２０３０ all will change.", "２０３０")]
    [InlineData("٤٢ cars.", "٤٢")]
    [InlineData("10² cars.", "10²")]
    [InlineData("4\u200B2 cars.", "42")]
    [InlineData("1. First.\n7. Seventh.", "7")]
    [InlineData("The euro is at $3.50.", "3.50")]
    [InlineData("On 2019-03-31.", "03")]
    public void A_figure_no_fact_gives_is_found(string text, string expected) =>
        Assert.Contains(Prose.Check(text, Facts).ForeignFigures, figure => figure.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("There were 1{{cars}} cars.")]
    [InlineData("There were {{cars}}0 cars.")]
    [InlineData("There were {{cars}},000 cars.")]
    [InlineData("There were {{cars}} million cars.")]
    [InlineData("There were {{rank}}{{cars}} cars.")]
    [InlineData("It changed by -{{share}}.")]
    [InlineData("There were {{cars}} % of them.")]
    [InlineData("It rose by {{share}} percentage points.")]
    public void A_placeholder_may_not_be_made_into_another_figure(string text) =>
        Assert.False(Prose.Check(text, Facts).IsClean);

    [Theory]
    [InlineData("It is {{nothing}}.", "nothing")]
    [InlineData("It is {{}}.", "")]
    [InlineData("It is {{share.", "{{")]
    [InlineData("It is share}}.", "}}")]
    [InlineData("It is {share}.", "{")]
    [InlineData("It is {{{share}}}.", "{")]
    public void A_placeholder_of_no_fact_is_found(string text, string expected) =>
        Assert.Contains(expected, Prose.Check(text, Facts).UnknownPlaceholders);

    [Fact]
    public void Facts_take_the_places_of_their_placeholders()
    {
        var filled = Prose.Fill("In {{last}}, **{{leader}}** leads with {{share}}, {{ cars }} cars.", Facts);

        Assert.Equal(["In 2019, **Norway** leads with 42.4 %, 142,380 cars."], filled.Paragraphs);
        Assert.Empty(filled.LeftOut);
    }

    [Fact]
    public void A_fact_at_the_start_of_a_sentence_is_capitalized() =>
        Assert.Equal(["Battery electric leads. **Battery electric** battery electric."], Prose.Fill("{{kind}} leads. **{{kind}}** {{kind}}.", [new Fact("kind", "kind", null, "battery electric")]).Paragraphs);

    [Fact]
    public void A_unit_after_a_placeholder_that_has_it_is_not_doubled() =>
        Assert.Equal(["The share is 42.4 %, the gap +12.3 percentage points."], Prose.Fill("The share is {{share}} %, the gap {{gap}} percentage points.", Facts).Paragraphs);

    [Fact]
    public void A_sentence_with_a_foreign_figure_goes_and_its_neighbours_stay()
    {
        var filled = Prose.Fill("Norway leads. In 2030 it will have 100 % of e.g. nothing. The share is {{share}}! And {{nothing}} too. Done.", Facts);

        Assert.Equal(["Norway leads. The share is 42.4 %! Done."], filled.Paragraphs);
        Assert.Equal(["In 2030 it will have 100 % of e.g. nothing.", "And {{nothing}} too."], filled.LeftOut.Select(static sentence => sentence.Sentence));
        Assert.Contains("2030", filled.LeftOut[0].Reason, StringComparison.Ordinal);
        Assert.Contains("nothing", filled.LeftOut[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_keep_their_items_and_are_numbered_anew()
    {
        var filled = Prose.Fill("# Heading\n\nSome text\ngoes on.\n\n1. One.\n2. In 2030.\n3. Three.\n\n- A\n* B\n", Facts);

        Assert.Equal(["Heading", "Some text goes on.", "1. One.", "2. Three.", "- A", "- B"], filled.Paragraphs);
    }

    [Fact]
    public void A_decimal_point_or_an_abbreviation_ends_no_sentence() =>
        Assert.Equal(
            ["The share was 42.4 % in the U.K. Then it fell."],
            Prose.Fill("The share was 42.4 % in the U.K. Then it fell.", Facts).Paragraphs);

    [Fact]
    public void Nothing_is_left_of_a_text_that_is_all_wrong()
    {
        var filled = Prose.Fill("In 2030. In 2031.", Facts);

        Assert.Empty(filled.Paragraphs);
        Assert.Equal(2, filled.LeftOut.Count);
    }

    [Fact]
    public void What_is_filled_is_clean_whatever_the_text()
    {
        string[] pieces = ["{{", "}}", "share", "{{share}}", "{{last}}", " ", ". ", "7", "42.4 %", "-", "\n", "1. ", "Norway", "%", "million", "CO2", "<b>", "208", ",", "½"];
        var random = new Random(11);
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var filled = Prose.Fill(text, Facts);

            Assert.All(filled.Paragraphs, static paragraph => Assert.DoesNotContain("{", paragraph, StringComparison.Ordinal));
            Assert.All(filled.Paragraphs, static paragraph => Assert.DoesNotContain("½", paragraph, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_known_name_with_digits_may_stand_in_a_text()
    {
        Assert.True(Prose.Check("The Model 3 sells.", Facts, ["Model 3"]).IsClean);
        Assert.False(Prose.Check("The Model 3 sells.", Facts).IsClean);
    }
}
