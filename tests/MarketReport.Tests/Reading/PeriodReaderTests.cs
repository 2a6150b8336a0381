using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class PeriodReaderTests
{
    [Theory]
    [InlineData("Feb-22", 2022, "02")]
    [InlineData("February 2022", 2022, "02")]
    [InlineData("2022 Feb", 2022, "02")]
    [InlineData("Feb'22", 2022, "02")]
    [InlineData("März 2022", 2022, "03")]
    [InlineData("Dez. 2022", 2022, "12")]
    [InlineData("août 2022", 2022, "08")]
    [InlineData("Ene 2022", 2022, "01")]
    [InlineData("2022M02", 2022, "02")]
    [InlineData("02/2022", 2022, "02")]
    [InlineData("Mar 4 1998", 1998, "03-04")]
    [InlineData("March 4th, 1998", 1998, "03-04")]
    [InlineData("4-Mar-98", 1998, "03-04")]
    [InlineData("Wed, 04 Mar 1998", 1998, "03-04")]
    [InlineData("19980304", 1998, "03-04")]
    [InlineData("9/14/16", 2016, "09-14")]
    [InlineData("14/9/2016", 2016, "09-14")]
    [InlineData("14.9.16", 2016, "09-14")]
    [InlineData("9/14/2016 11:30 PM", 2016, "09-14")]
    [InlineData("2016-09-14T11:30:00.000+02:00", 2016, "09-14")]
    [InlineData("2021/22", 2021, "")]
    [InlineData("2021-2022", 2021, "")]
    [InlineData("FY2021", 2021, "")]
    [InlineData("FY21", 2021, "")]
    [InlineData("FY 2021-22", 2021, "")]
    [InlineData("2021*", 2021, "")]
    [InlineData("2021 (provisional)", 2021, "")]
    [InlineData("2021 [YR2021]", 2021, "")]
    [InlineData("2Q21", 2021, "Q2")]
    [InlineData("Q2'21", 2021, "Q2")]
    [InlineData("2021:Q2", 2021, "Q2")]
    [InlineData("FY21 Q2", 2021, "Q2")]
    [InlineData("2. Quartal 2021", 2021, "Q2")]
    [InlineData("H2 2021", 2021, "H2")]
    [InlineData("2021-W07", 2021, "W07")]
    [InlineData("KW 7/2021", 2021, "W07")]
    public void Periods_are_read_in_many_ways(string text, int year, string part)
    {
        Assert.True(PeriodReader.Any.TryParse(text, out var period));
        Assert.Equal(new Period(year, part), period);
    }

    [Theory]
    [InlineData("2021-02-29")]
    [InlineData("2021-04-31")]
    [InlineData("31/11/2020")]
    [InlineData("30 Feb 2020")]
    [InlineData("20210230")]
    [InlineData("2021-Q5")]
    [InlineData("2021-W60")]
    [InlineData("2015-2019")]
    [InlineData("21-Jan")]
    [InlineData("Smarch 2021")]
    [InlineData("2019.5")]
    [InlineData("later")]
    [InlineData("-500")]
    [InlineData("12")]
    public void What_is_no_period_is_none(string text) => Assert.False(PeriodReader.Any.TryParse(text, out _));

    [Fact]
    public void A_date_of_the_leap_year_is_one() => Assert.True(PeriodReader.Any.TryParse("2020-02-29", out _));

    [Theory]
    [InlineData("-3000", -3000)]
    [InlineData("300 BC", -300)]
    [InlineData("300 BCE", -300)]
    [InlineData("AD 70", 70)]
    [InlineData("1066", 1066)]
    public void Old_years_are_read_in_a_column_of_years(string text, int year)
    {
        Assert.True(PeriodReader.For([text, "1999", "-1"], PeriodName.Year).TryParse(text, out var period));
        Assert.Equal(year, period.Year);
    }

    [Fact]
    public void Small_numbers_alone_are_no_years() => Assert.False(PeriodReader.For(["1", "2", "3"], PeriodName.Year).TryParse("2", out _));

    [Fact]
    public void Two_numbers_after_a_year_are_the_next_year_if_they_are_in_every_cell()
    {
        var seasons = PeriodReader.For(["2010-11", "2011-12"], PeriodName.Date);
        var months = PeriodReader.For(["2010-11", "2010-12"], PeriodName.Date);

        Assert.True(seasons.TryParse("2010-11", out var season));
        Assert.True(months.TryParse("2010-11", out var month));
        Assert.Equal((new Period(2010, ""), new Period(2010, "11")), (season, month));
        Assert.True(seasons.IsFiscal);
    }

    [Fact]
    public void Which_number_is_the_day_is_decided_by_the_whole_column()
    {
        var days = PeriodReader.For(["05/03/2020", "25/03/2020"], PeriodName.Date);
        var months = PeriodReader.For(["05/03/2020", "05/25/2020"], PeriodName.Date);
        var unknown = PeriodReader.For(["05/03/2020", "06/03/2020"], PeriodName.Date);

        Assert.True(days.TryParse("05/03/2020", out var march));
        Assert.True(months.TryParse("05/03/2020", out var may));
        Assert.Equal(("03-05", "05-03"), (march.Part, may.Part));
        Assert.Equal((false, false, true), (days.OrderIsGuessed, months.OrderIsGuessed, unknown.OrderIsGuessed));
    }
}
