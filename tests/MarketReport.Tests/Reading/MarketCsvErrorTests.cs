using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

public sealed class MarketCsvErrorTests
{
    private const int ScreenLines = 24;
    private const int ScreenCharacters = 1500;

    [Fact]
    public void A_path_that_is_no_file_is_refused()
    {
        using var file = new CsvFile("x");

        Assert.Contains("There is no file", Assert.Throws<MarketDataException>(() => MarketCsv.Read(file.Path + "x", [])).Message, StringComparison.Ordinal);
        Assert.Contains("is a directory", Assert.Throws<MarketDataException>(() => MarketCsv.Read(file.Folder, [])).Message, StringComparison.Ordinal);
        Assert.Contains("No CSV file was named", Assert.Throws<MarketDataException>(() => MarketCsv.Read(" ", [])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n \n", "is empty")]
    [InlineData("country,year,sales\n", "a header line and no rows")]
    [InlineData("PK\0\0\n", "is not a text file")]
    [InlineData("year,sales,ev_share\n2019,5,6\n", "No column holds names")]
    [InlineData("country,sales\nA,5\n", "No column holds a year or a date")]
    [InlineData("country,year,note\nA,2019,good\n", "No column holds numbers")]
    [InlineData("country,year,ev_share\nA,2019,5\n", "Every numeric column is a share")]
    [InlineData("country,year,sales\nA,2019\nB,2019\n", "no usable row")]
    [InlineData("Austria,2019,5\nBelgium,2019,6\n", "The first line must name the columns")]
    public void A_file_no_report_can_be_made_from_is_refused_with_what_to_do(string text, string message) =>
        Assert.Contains(message, CsvFile.ErrorOf(text), StringComparison.Ordinal);

    [Fact]
    public void Excluding_an_entity_that_is_not_there_names_those_that_are()
    {
        var message = CsvFile.ErrorOf("country,year,sales\nAustria,2019,5\nBelgium,2019,6\n", "Atlantis");

        Assert.Contains("'Atlantis'", message, StringComparison.Ordinal);
        Assert.Contains("Austria, Belgium", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Excluding_everything_leaves_nothing() =>
        Assert.Contains("Nothing is left", CsvFile.ErrorOf("country,year,sales\nA,2019,5\nB,2019,6\n", "a", "B"), StringComparison.Ordinal);

    [Fact]
    public void No_message_is_longer_than_a_screen()
    {
        var entities = string.Concat(Enumerable.Range(0, 3000).Select(static number => $"Entity number {number},2019,5\n"));
        var columns = string.Join(',', Enumerable.Range(0, 3000).Select(static number => $"text column {number}"));
        string[] messages =
        [
            CsvFile.ErrorOf("country,year,sales\n" + entities, "Atlantis"),
            CsvFile.ErrorOf("country,year,sales\n" + string.Concat(Enumerable.Repeat("broken\n", 3000))),
            CsvFile.ErrorOf(columns + "\n" + string.Join(',', Enumerable.Repeat("x", 3000)) + "\n"),
        ];

        Assert.All(messages, static message => Assert.InRange(message.Split('\n').Length, 1, ScreenLines));
        Assert.All(messages, static message => Assert.InRange(message.Length, 1, ScreenCharacters));
    }
}
