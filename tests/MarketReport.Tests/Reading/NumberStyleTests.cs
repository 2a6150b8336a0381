using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class NumberStyleTests
{
    [Theory]
    [InlineData("1.3M", 1_300_000)]
    [InlineData("2.5k", 2_500)]
    [InlineData("1.1 bn", 1_100_000_000)]
    [InlineData("3 million", 3_000_000)]
    [InlineData("$4.2B", 4_200_000_000)]
    [InlineData("0.5T", 500_000_000_000)]
    [InlineData("₹5 crore", 50_000_000)]
    [InlineData("90 lakh", 9_000_000)]
    [InlineData("12 MEUR", 12_000_000)]
    public void A_magnitude_is_multiplied_in(string cell, double expected) => Assert.Equal(expected, Dots(cell)?.Value);

    [Theory]
    [InlineData("(7)", -7)]
    [InlineData("(-7)", -7)]
    [InlineData("($1,250.50)", -1250.5)]
    [InlineData("$(7)", -7)]
    [InlineData("-$7", -7)]
    [InlineData("$-7", -7)]
    [InlineData("7-", -7)]
    [InlineData("\u22127", -7)]
    [InlineData("(1.5M)", -1_500_000)]
    public void Parentheses_and_signs_make_a_number_negative(string cell, double expected) => Assert.Equal(expected, Dots(cell)?.Value);

    [Theory]
    [InlineData("EUR 5", 5, "EUR")]
    [InlineData("5 CHF", 5, "CHF")]
    [InlineData("US$ 1,200", 1200, "USD")]
    [InlineData("€1,200", 1200, "EUR")]
    [InlineData("Rs. 500", 500, "INR")]
    [InlineData("1 200 zł", 1200, "PLN")]
    [InlineData("12 kg", 12, "kg")]
    [InlineData("5 t", 5, "t")]
    [InlineData("7 tonnes", 7, "t")]
    [InlineData("1,23,456", 123456, "")]
    [InlineData("5*", 5, "")]
    public void A_currency_or_unit_is_told_apart_from_the_number(string cell, double value, string currency) =>
        Assert.Equal((value, currency), (Dots(cell)!.Value.Value, Dots(cell)!.Value.Currency));

    [Theory]
    [InlineData("5 parsecs")]
    [InlineData("5-6")]
    [InlineData("<5")]
    [InlineData("(5")]
    [InlineData("5)")]
    [InlineData("5 MB")]
    [InlineData("CO2")]
    [InlineData("A5")]
    [InlineData("2020-01-05")]
    [InlineData("1,2,3")]
    [InlineData("%5%")]
    public void What_is_not_a_number_alone_is_none(string cell) => Assert.Null(Dots(cell));

    [Theory]
    [InlineData("1,2 Mio. €", 1_200_000)]
    [InlineData("3,5 Mrd. EUR", 3_500_000_000)]
    [InlineData("900 Tsd.", 900_000)]
    [InlineData("(1.250,50)", -1250.5)]
    public void Magnitudes_go_with_a_decimal_comma_too(string cell, double expected)
    {
        Assert.True(NumberStyle.Detect(["1,25", "2,5"], ';').TryParse(cell, out double value));
        Assert.Equal(expected, value);
    }

    private static NumberCell? Dots(string cell) => NumberStyle.Detect(["1.25"], ',').TryParse(cell, out NumberCell number) ? number : null;
}
