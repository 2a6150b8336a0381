using System.Text;
using MarketReport.Reading;

namespace MarketReport.Tests.Facts;

public sealed class AnyFileTests
{
    private static readonly string[] Names =
        ["", "Year", "date", "Month", "quarter", "country", "maker", "Order ID", "rank", "sales", "units", "price", "ev_share", "gas_share", "2019", "2020", "boats_2019", "boats_2020", "indicator", "value", "unit", "note", "pop", "Total"];

    private static readonly string[] Cells =
        ["", "-", "N/A", "2019", "2020", "2021", "-500", "2019-20", "2019-02-30", "2020-05-01", "5/6/21", "Jan-21", "Q1 2020", "FY21", "A", "B", "World", "Total", "yes", "5", "7", "1,234.5", "(3)", "1.2M", "USD 5", "EUR 6", "12%", "0.5", "007", "1e300", "x\"y", "5 parsecs"];

    [Fact]
    public void Whatever_a_file_holds_it_becomes_a_report_or_is_refused_with_a_reason()
    {
        var (reported, refused) = (0, 0);
        for (var seed = 0; seed < 500; seed++)
        {
            try
            {
                var report = Reported.Of(Csv(new Random(seed)), "sales of A");

                Assert.NotEmpty(report.Facts);
                Assert.DoesNotContain(report.Facts.Values, static fact => fact.Value is { } value && !double.IsFinite(value));
                reported++;
            }
            catch (MarketDataException exception)
            {
                Assert.NotEmpty(exception.Message);
                refused++;
            }
        }

        Assert.True(reported > 50, $"{reported} files became reports, {refused} were refused");
    }

    private static string Csv(Random random)
    {
        var columns = random.Next(2, 7);
        var kinds = Enumerable.Range(0, columns).Select(_ => random.Next(4)).ToArray();
        var text = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(column => kinds[column] switch
        {
            0 => "country",
            1 => "year",
            2 => "sales",
            _ => Names[random.Next(Names.Length)],
        }))).Append('\n');
        for (var row = 0; row < random.Next(1, 9); row++)
        {
            text.AppendJoin(',', Enumerable.Range(0, columns).Select(column => random.Next(8) == 0 ? Cells[random.Next(Cells.Length)] : kinds[column] switch
            {
                0 => "ABC"[random.Next(3)].ToString(),
                1 => $"{random.Next(2015, 2022)}",
                2 => $"{random.Next(0, 50)}",
                _ => Cells[random.Next(Cells.Length)],
            }).Select(static cell => '"' + cell.Replace("\"", "\"\"", StringComparison.Ordinal) + '"')).Append('\n');
        }

        return text.ToString();
    }
}
