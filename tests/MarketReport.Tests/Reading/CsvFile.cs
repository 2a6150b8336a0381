using System.Text;
using MarketReport.Reading;

namespace MarketReport.Tests.Reading;

/// <summary>A CSV file written by a test.</summary>
internal sealed class CsvFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("market-report-");

    public CsvFile(string text)
        : this(Encoding.UTF8.GetBytes(text))
    {
    }

    public CsvFile(byte[] bytes, string name = "data.csv")
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(Path, bytes);
    }

    public static string Sample => System.IO.Path.Combine(AppContext.BaseDirectory, "Data", "european-cars.csv");

    public string Path { get; }

    public string Folder => _folder.FullName;

    public static MarketData Read(string text, params string[] excluded)
    {
        using var file = new CsvFile(text);
        return MarketCsv.Read(file.Path, excluded);
    }

    public static MarketData Read(string text, ColumnChoice choice)
    {
        using var file = new CsvFile(text);
        return MarketCsv.Read(file.Path, [], choice: choice);
    }

    public static string ErrorOf(string text, params string[] excluded) =>
        Assert.Throws<MarketDataException>(() => Read(text, excluded)).Message;

    public void Dispose() => _folder.Delete(recursive: true);
}
